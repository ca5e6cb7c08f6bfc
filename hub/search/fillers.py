"""Words that say nothing about whom one looks for: questions, articles, prepositions, "organization".

Where a query's words are read as terms they are passed over; the search itself knows none.
"""

from __future__ import annotations

from hub.folding import fold

WORDS = {
    "en": (
        "a against an and any anyone are at by can combat combating do does fight fighting fights for "
        "from i in into is it its me my near of on or organisation organisations organization "
        "organizations our that the their them there these this to us we what where which who whom whose "
        "with"
    ),
    "es": (
        "a al ante como con contra cual cuales de del donde combatir lucha luchan luchar e el ella ellos "
        "en entre es esta este hay la las lo los mi nos o organizacion organizaciones para por que quien "
        "quienes se sin sobre su sus u un una unos y"
    ),
    "fr": (
        "à au aux avec ce ces cette chez contre d dans des du elle est et eux ici il ils j je l le les "
        "leur leurs lutte lutter ma mon notre nous organisation organisations ou par pas pour qu qui "
        "quoi s sont sur un une vers vous y"
    ),
    "ru": (
        "без борьба борьбе борются в во где для до за и из или к ко как которая которые который кто мне "
        "на над не о об около от по под при против с организация организации организаций со та те то тот "
        "у что это"
    ),
    "ar": (
        "أو أي أين إلى التي الذي الذين ب بين حول عن على عند ضد ف في قرب ك ل ما مع محاربة مكافحة من منظمة "
        "منظمات هذا هذه هل و"
    ),
    "zh": ("反 打 击 对 帮 的 在 和 与 及 或 谁 哪 里 有 为 从 我 是 了"),
}
FILLERS = frozenset(word for words in WORDS.values() for word in fold(words).split())
