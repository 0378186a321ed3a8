"""Fill a room with messages that were said long ago, straight through the storage floor and in bulk.

Documents are what the log itself would have stored: numbered from 1 without holes, each with the idempotency key of its
sender. Pages are written in order, so that an interruption leaves a room that is shorter, never one with a hole.
May be imported by server and tests.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from channels.chat.contract import MAIN, chat_topic
from channels.chat.store import SENT
from channels.core.context import Reader
from storage.client import Document
from storage.entries import LOG, Entry, to_document
from storage.errors import NotReady
from storage.ids import IdSource

HISTORY_MAX = 5_000_000
PAGE = 5_000
"""Messages of one insert: 2 MB; larger ones are no faster."""

APART_MS = 1_000
"""Between two messages: five million reach back two months, inside every template's retention."""

SEED = 20_240

SENTENCES = (
    "收到。",
    "好的,谢谢。",
    "明天下午三点在活动室集合,请带好签到表。",
    "我晚一点到,路上有点堵。",
    "材料已经发到小组里了,请大家核对自己的那一行。",
    "请问这周的学习安排有变化吗?",
    "通知:周五晚上停电检修,线上会议改到周六上午九点。",
    "我看过了,没有意见。",
    "第三项的数字和上个月对不上,麻烦再算一遍。",
    "辛苦了!",
    "场地已经订好,二楼东侧的大教室,可以坐八十人。",
    "建议把报名时间延长两天,有几位同志出差还没看到通知。",
    "同意。",
    "附上会议纪要,有遗漏请直接在下面补充。",
    "今天的志愿服务一共来了二十七个人,比上次多六个。",
    "请假,家里有点事。",
    "名单里少了我,麻烦加一下。",
    "关于活动经费,上次会议定的原则是公开、节约、留痕,请经办的同志把票据按日期贴好,月底前交给财务。",
    "天气预报说周末有雨,室外的部分要不要准备备用方案?",
    "可以。",
    "我这边网络不好,刚才最后几句没听清,能再说一遍吗?",
    "下一次轮到第二小组值班。",
    "已经按要求修改,请再看一下。",
    "感谢各位的支持,这次活动顺利结束,照片整理好以后会放到共享文件夹里,需要的同志自己取用。",
)
"""What is said. Invented."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is to stand in a room.

    Attributes:
        room: Room id; nothing was said in it so far.
        senders: Member ids, who take turns by chance.
        messages: How many, 1 … HISTORY_MAX.
    """

    room: str
    senders: Sequence[str]
    messages: int


async def fill_room(reader: Reader, past: Past, progress: Callable[[int], None] = lambda done: None) -> None:
    """Write the messages.

    Args:
        reader: The stores.
        past: What is to stand in the room.
        progress: Told after each page how many messages stand.

    Raises:
        NotReady: Too many, nobody to say them, or something stands in the room already; nothing was written.
        StorageError: The database is away; a shorter history stands.
    """
    topic = chat_topic(past.room)
    if not 0 < past.messages <= HISTORY_MAX or not past.senders:
        raise NotReady(
            f"--history 应在 1 与 {HISTORY_MAX} 之间\n--history must be 1 to {HISTORY_MAX}, in a room with members"
        )
    if (await reader.log.heads([topic]))[topic]:
        raise NotReady("这个房间已有消息\nsomething was said in that room already")
    began_ms = reader.clock.now_ms() - past.messages * APART_MS
    chance = random.Random(SEED)  # noqa: S311 - texts of a rehearsal, the same each time
    log = reader.mongo[LOG]
    for first in range(1, past.messages + 1, PAGE):
        numbers = range(first, min(first + PAGE, past.messages + 1))
        await log.insert_many([_document(past, seq, began_ms, chance, reader.ids) for seq in numbers])
        progress(numbers[-1])


def _document(past: Past, seq: int, began_ms: int, chance: random.Random, ids: IdSource) -> Document:
    text = "".join(chance.choices(SENTENCES, k=chance.choice((1, 1, 1, 2, 3))))
    entry = Entry(
        topic=chat_topic(past.room),
        seq=seq,
        type=SENT,
        at_ms=began_ms + seq * APART_MS,
        sender=chance.choice(past.senders),
        cid=ids.uuid7(),
        counter=MAIN,
        n=seq,
        body={"text": text},
    )
    return to_document(entry, ())
