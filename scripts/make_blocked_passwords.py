"""Write server/accounts/blocked_passwords.txt: passwords that are tried first, folded, at least 8 characters.

Sources: the frequency list that the zxcvbn package carries (MIT licence; from public leaks), and Chinese habits put together
here. Run again after an update of zxcvbn:  python scripts/make_blocked_passwords.py
"""

import itertools
import unicodedata
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

TARGET = Path(__file__).parent.parent / "server" / "accounts" / "blocked_passwords.txt"
LENGTH_MIN = 8

SURNAMES = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang "
    "deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren yao"
)
WORDS = (
    "woaini woaiwojia woaizuguo aini nihao zhongguo beijing shanghai guangzhou shenzhen tianjin chongqing woaini woshini "
    "laopo laogong baobao baobei qinaide mima wodemima wangji aizhongguo dangyuan zhibu gongchandang weirenmin "
    "renmin fuwu xuexi xuexiqiangguo chuxin buwangchuxin fendou xingfu kuaile pingan jiankang facai gongxifacai "
    "xiaoming xiaohong zhangsan lisi wangwu admin guanliyuan yonghu denglu ceshi tuanjie gonghui hezuoshe xiehui "
    "taobao weixin zhifubao qq alibaba baidu huawei"
)
TAILS = (
    "1 12 123 1234 12345 123456 1234567 12345678 123456789 520 521 1314 5201314 1314520 666 6666 666666 888 8888 888888 "
    "168 518 000 111 111111 000000 abc 123abc 2020 2021 2022 2023 2024 2025 2026 1980 1985 1990 1995 2000 . ! @ !@#"
)
LUCKY = "520 521 1314 5201314 1314520 666 888 168 518 999 000 123 123456"
WALKS = (
    "qwertyui qwertyuiop asdfghjkl zxcvbnm1 1qaz2wsx 1qaz2wsx3edc qazwsxedc 1q2w3e4r 1q2w3e4r5t q1w2e3r4 qwe123456 "
    "qweasdzxc asd123456 zxc123456 abc123456 abcd1234 a1234567 a12345678 a123456789 aa123456 aaa123456 qq123456 "
    "wang1234 147258369 789456123 741852963 123qweasd 123456qq 123456aa 123456abc 123456789a 123123123 112233445566 "
    "11223344 12341234 87654321 88888888 66666666 00000000 11111111 99999999 123321123 1234qwer qwer1234 asdf1234 "
    "password1 password123 admin123 admin1234 admin888 administrator root1234 iloveyou1314 iloveyou520 p@ssw0rd passw0rd"
)


def fold(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def habits() -> set[str]:
    made = set(WALKS.split())
    words, lucky = WORDS.split(), LUCKY.split()
    for word, tail in itertools.product(words + SURNAMES.split(), TAILS.split()):
        made |= {word + tail, tail + word}
    made |= {a + b for a, b in itertools.product(lucky, repeat=2)}
    made |= {a + b + c for a, b, c in itertools.product(lucky, repeat=3)}
    made |= {"".join(pair) for pair in itertools.product(words, repeat=2)}
    return made


def main() -> None:
    leaked = {fold(word) for word in FREQUENCY_LISTS["passwords"]}
    lines = sorted(word for word in leaked | habits() if len(word) >= LENGTH_MIN and word.isprintable())
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} passwords, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
