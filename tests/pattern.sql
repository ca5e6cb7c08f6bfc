-- Kept beside the tables of a pattern, and copied with it: its rows, the last numbers given out, what its tables look
-- like, and how to go back to all that.
CREATE SCHEMA pattern;
DO $$ DECLARE one text; has_rows boolean; BEGIN
  FOR one IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO has_rows;
    IF has_rows THEN EXECUTE format('CREATE TABLE pattern.%1$I AS TABLE %1$I', one); END IF;
  END LOOP;
END $$;
CREATE MATERIALIZED VIEW pattern.numbers AS
  SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
CREATE FUNCTION pattern.shape() RETURNS text LANGUAGE sql AS $$
  SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT concat_ws(',', oid, relname, relkind, relnamespace) AS part FROM pg_class
      WHERE relpersistence = 'p' AND oid >= 16384
    UNION ALL SELECT concat_ws(',', attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attisdropped)
      FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT concat_ws(',', oid, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(',', oid, convalidated) FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT oid::text FROM pg_attrdef
    UNION ALL SELECT concat_ws(',', oid, prosrc) FROM pg_proc WHERE oid >= 16384
  ) AS parts
$$;
-- as a replica: neither references nor the log's triggers stand in the way
CREATE FUNCTION pattern.put_back() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
DECLARE one text; is_kept boolean; is_other boolean;
BEGIN
  FOR one, is_kept IN SELECT relname, to_regclass(format('pattern.%I', relname)) IS NOT NULL FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    IF is_kept THEN
      EXECUTE format('SELECT (SELECT string_agg(t::text, chr(10)) FROM public.%1$I AS t) IS DISTINCT FROM '
        '(SELECT string_agg(t::text, chr(10)) FROM pattern.%1$I AS t)', one) INTO is_other;
    ELSE
      is_other := pg_relation_size(format('public.%I', one)) > 0;
    END IF;
    IF is_other THEN EXECUTE format('DELETE FROM public.%I', one); END IF;
    IF is_other AND is_kept THEN EXECUTE format('INSERT INTO public.%1$I TABLE pattern.%1$I', one); END IF;
  END LOOP;
  PERFORM setval(format('public.%I', sequencename)::regclass, coalesce(kept.last_value, 1), kept.last_value IS NOT NULL)
    FROM pg_sequences AS here JOIN pattern.numbers AS kept USING (sequencename)
    WHERE here.schemaname = 'public' AND here.last_value IS DISTINCT FROM kept.last_value;
END $$;
