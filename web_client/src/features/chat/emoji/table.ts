/**
 * The set of emoji: one group a key, one emoji a line, with its Chinese and English name. Both languages stand side by side
 * because both are searched, whatever the page speaks. Loaded with the picker; tests/unit/channels/chat/test_emoji_set.py
 * holds that the server takes every one as a reaction.
 */
export const TABLE: Readonly<Record<string, string>> = {
  faces: `
😀 大笑 grinning
😄 开心 happy
😁 咧嘴笑 beaming
😆 哈哈 laughing
😂 笑哭 tears of joy
🙂 微笑 slight smile
😊 高兴 smiling
😉 眨眼 wink
😍 喜欢 heart eyes
🥰 喜爱 adoring
😘 亲亲 kiss
😋 好吃 yummy
😎 墨镜 sunglasses
🤗 拥抱 hug
🤔 思考 thinking
🤫 安静 quiet
🤭 偷笑 giggle
😐 平静 neutral
🙄 翻白眼 eye roll
😅 流汗 relieved sweat
😬 尴尬 grimace
😌 放心 relieved
😴 睡觉 sleeping
😷 口罩 mask
🤒 生病 ill
😢 难过 sad
😭 大哭 crying
😥 失望 disappointed
😮 惊讶 surprised
😱 吓到 shocked
😳 脸红 flushed
🥺 拜托 pleading
😡 生气 angry
😤 不服 huffing
🥳 庆祝 party
😇 天使 angel`,
  hands: `
👍 赞 thumbs up
👎 不赞成 thumbs down
👌 好的 okay
✌️ 胜利 victory
🤝 握手 handshake
👏 鼓掌 clapping
🙌 万岁 raised hands
🙏 感谢 thanks
💪 加油 strong
👊 碰拳 fist
✊ 团结 solidarity
✋ 举手 raised hand
👋 你好 wave
🤙 联系 call me
🫡 敬礼 salute
🫶 比心 heart hands
☝️ 第一 one
👉 这里 pointing right
👇 下面 pointing down
✍️ 记下 writing`,
  people: `
👨‍👩‍👧 家庭 family
👶 宝宝 baby
🧒 孩子 child
👩 女士 woman
👨 男士 man
👵 奶奶 grandmother
👴 爷爷 grandfather
👩‍🏫 老师 teacher
👩‍⚕️ 医生 doctor
👨‍🌾 农民 farmer
👷 工人 worker
👩‍💻 写代码 programmer
🧑‍🤝‍🧑 伙伴 partners
👥 大家 everybody
🏃 跑步 running
🚶 走路 walking
💃 跳舞 dancing`,
  nature: `
🌞 太阳 sun
🌙 月亮 moon
⭐ 星星 star
🌈 彩虹 rainbow
☁️ 多云 cloud
🌧️ 下雨 rain
❄️ 下雪 snow
⚡ 闪电 lightning
🔥 火 fire
🌊 海浪 wave of water
🌸 樱花 blossom
🌹 玫瑰 rose
🌻 向日葵 sunflower
🍀 幸运 luck
🌱 发芽 sprout
🌳 大树 tree
🐶 小狗 dog
🐱 小猫 cat
🐼 熊猫 panda
🐂 牛 ox
🐎 马 horse
🐉 龙 dragon
🕊️ 和平 peace`,
  food: `
🍚 米饭 rice
🍜 面条 noodles
🥟 饺子 dumpling
🥬 青菜 greens
🍎 苹果 apple
🍉 西瓜 watermelon
🍊 橘子 orange
🍵 茶 tea
☕ 咖啡 coffee
🍺 啤酒 beer
🥂 干杯 cheers
🎂 生日蛋糕 birthday cake
🥮 月饼 mooncake
🍬 糖果 candy
🥚 鸡蛋 egg`,
  things: `
🎉 庆贺 celebration
🎊 喜庆 confetti
🎁 礼物 present
🧧 红包 red envelope
🏮 灯笼 lantern
🎈 气球 balloon
🏆 奖杯 trophy
🥇 金牌 gold medal
🎵 音乐 music
⚽ 足球 football
🏀 篮球 basketball
🏓 乒乓球 table tennis
🏸 羽毛球 badminton
📣 通知 announcement
📢 广播 loudspeaker
📌 置顶 pin
📎 附件 attachment
📄 文件 document
📝 笔记 notes
📅 日历 calendar
📊 图表 chart
🗳️ 投票 ballot
📚 学习 books
💡 主意 idea
🔔 提醒 bell
⏰ 闹钟 alarm
⏳ 稍等 hourglass
📷 照片 camera
📱 手机 phone
💻 电脑 computer
🔑 钥匙 key
🔒 锁 lock
🚗 汽车 car
🚌 公交车 bus
🚄 高铁 train
✈️ 飞机 plane
🏠 家 home
🏢 办公楼 office
🏥 医院 hospital
💰 费用 money
🧹 打扫 broom
♻️ 回收 recycling`,
  marks: `
❤️ 爱心 heart
💔 心碎 broken heart
💯 满分 hundred
✅ 完成 done
☑️ 已选 checked
❌ 错误 wrong
❓ 疑问 question
❗ 注意 attention
⚠️ 警告 warning
🚫 禁止 forbidden
➕ 增加 plus
➖ 减少 minus
🔴 红色 red
🟡 黄色 yellow
🟢 绿色 green
🔵 蓝色 blue
🆗 可以 ok
🆕 新 new
🔁 重复 repeat
➡️ 右 right
⬆️ 上 up
⬇️ 下 down
👀 看看 eyes
💬 讨论 discussion`,
};
