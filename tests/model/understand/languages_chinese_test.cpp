// What people write in Chinese diagrams, put into English and read: labels, replies, names, headings, and two whole
// pages. Includes headers of model's own, which only such tests need.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/language_fixture.hpp"

namespace stalemate::model {
namespace {

class LanguagesChinese : public LanguageFixture {
 protected:
  LanguagesChinese() : LanguageFixture(kChinese) {}
};

TEST_F(LanguagesChinese, a_store_is_asked) {
  expect_verb(Verb::kGet, {"查询缓存", "查缓存", "查 DB", "读取商品", "从缓存读取商品", "从缓存中获取数据",
                           "从数据库加载", "检查缓存是否存在", "GET product:1（查询缓存）", "先查缓存", "查詢快取",
                           "讀取快取", "查詢資料庫", "查询缓存过期时间"});
  expect_verb(Verb::kSet,
              {"写入缓存", "将结果写入缓存，过期时间 300 秒", "缓存结果", "缓存查询结果", "缓存商品信息", "回填缓存",
               "更新数据库", "更新库存", "保存订单", "插入新记录", "放入缓存", "把数据放到缓存里", "数据写回 Redis",
               "更新缓存", "寫入快取", "儲存訂單", "更新資料庫", "重建缓存"});
  expect_verb(Verb::kAdd, {"不存在则写入", "若不存在则设置缓存", "仅当不存在时写入缓存"});
  expect_verb(Verb::kDelete,
              {"删除缓存", "删缓存", "使缓存失效", "失效 /assets/a.png", "清空缓存", "淘汰缓存", "更新数据库后删除缓存",
               "先删除缓存", "再次删除缓存", "刪除快取", "清除快取", "缓存失效"});
}

TEST_F(LanguagesChinese, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  expect_verb(Verb::kDelete, {"忘记价格"});
  expect_verb(Verb::kSet, {"记住价格"});
  expect_no_verb({"忘记密码"});
}

TEST_F(LanguagesChinese, a_negated_verb_asks_for_nothing) {
  expect_no_verb({"不删除缓存", "不要更新缓存", "无需更新缓存", "跳过删除", "不写缓存", "不更新缓存", "禁止写入"});
}

TEST_F(LanguagesChinese, replies_and_branches_say_how_it_turned_out_and_a_negation_wins) {
  expect_outcome(Verb::kGet, "value",
                 {"命中", "缓存命中", "命中缓存", "找到", "存在", "缓存存在", "缓存中有", "有缓存", "有数据",
                  "返回商品数据", "不为空", "非空", "未过期", "快取命中", "有", "边缘命中"});
  expect_outcome(Verb::kGet, "miss", {"未命中",     "缓存未命中", "没有命中",   "没命中",     "不存在",   "未找到",
                                      "没找到",     "查不到",     "返回空",     "空",         "为空",     "没有数据",
                                      "缓存中没有", "缓存不存在", "不在缓存中", "缓存失效",   "缓存过期", "已过期",
                                      "无缓存",     "无",         "查無資料",   "快取未命中", "没有找到", "0 条"});
  expect_outcome(Verb::kGet, "error or timeout",
                 {"失败", "写入失败", "错误", "异常", "数据库异常", "连接失败", "不可用", "拒绝"});
  expect_outcome(Verb::kGet, "timeout", {"超时", "请求超时", "逾時"});
  expect_outcome(Verb::kSet, "ok", {"成功", "写入成功", "更新成功", "已保存", "完成", "确认", "儲存成功", "更新完成"});
  expect_outcome(Verb::kSet, "error or timeout",
                 {"失败", "写入失败", "错误", "异常", "数据库异常", "连接失败", "不可用", "拒绝"});
  expect_outcome(Verb::kDelete, "ok", {"已删除", "删除成功", "成功", "已清除"});
  expect_outcome(Verb::kAdd, "conflict", {"冲突", "已存在", "重复"});
}

TEST_F(LanguagesChinese, names_say_roles) {
  expect_role(Role::kOutside, {"用户", "客户端", "浏览器", "访客", "管理员", "运营人员", "使用者", "前端", "顧客"});
  expect_role(Role::kApp,
              {"应用", "应用服务", "订单服务", "后端", "服务器", "网关", "控制器", "接口", "伺服器", "應用程式"});
  expect_role(Role::kCache, {"缓存", "Redis 缓存", "缓存服务", "分布式缓存", "快取", "快取層", "本地缓存（Caffeine）"});
  expect_role(Role::kDatabase, {"数据库", "主库", "MySQL 主库", "存储", "資料庫", "S3 存储桶"});
  expect_role(Role::kReplica, {"从库", "只读副本", "MySQL 从库", "唯讀複本"});
  expect_role(Role::kQueue, {"消息队列", "队列（Kafka）", "主题", "訊息佇列"});
  expect_role(Role::kWorker, {"消费者", "工作线程", "定时任务"});
  expect_role(Role::kThirdParty, {"支付网关", "短信服务", "邮件", "通知服务", "日志"});
  EXPECT_EQ(role_words(english("本地缓存")).cache_kind, CacheKind::kLocal);
  EXPECT_EQ(role_words(english("进程内缓存")).cache_kind, CacheKind::kLocal);
  EXPECT_EQ(role_words(english("内存缓存")).cache_kind, CacheKind::kLocal);
}

TEST_F(LanguagesChinese, headings_say_what_an_operation_is) {
  expect_heading(OperationKind::kRead,
                 {"查询商品", "读取流程", "读流程", "读操作", "查询余票流程", "讀取流程", "获取详情（读）"});
  expect_heading(OperationKind::kWrite,
                 {"更新商品", "写流程", "写操作", "写入路径", "修改价格", "删除商品", "保存", "更新流程"});
}

TEST_F(LanguagesChinese, what_is_not_modelled_is_refused_by_its_name) {
  expect_refused("begin a transaction", {"开启事务", "开始交易"});
  expect_refused("commit a transaction", {"提交事务", "提交"});
  expect_refused("roll back a transaction", {"回滚", "回滚事务"});
  expect_refused("take a lock", {"加锁", "获取分布式锁", "释放锁", "解锁"});
  expect_refused("read from a replica", {"从从库读取", "只读副本查询", "主从延迟"});
  expect_refused("publish an event", {"发布失效消息", "发送消息", "广播"});
  expect_refused("subscribe to events", {"订阅频道"});
  expect_refused("try again", {"重试删除", "删除失败重试"});
  expect_refused("compare and set", {"比较并设置"});
  expect_verb(Verb::kIncrease, {"自增"});
  expect_refused("hand something to a queue", {"写入消息队列"});
  expect_refused("leave a marker", {"写入墓碑"});
}

TEST_F(LanguagesChinese, what_may_not_happen_or_not_now_is_asked_about) {
  expect_doubted({"异步删除缓存", "可能更新缓存", "稍后删除缓存", "5 秒后删除缓存", "有时更新缓存", "延迟删除缓存"});
}

TEST_F(LanguagesChinese, an_entry_lives_for_a_time) {
  expect_seconds(300, {"写入缓存，过期时间 300 秒", "缓存结果，有效期5分钟", "写入缓存（5 分钟后过期）",
                       "寫入快取（5 分鐘後過期）"});
  expect_seconds(60, {"写入缓存（60秒）", "写入 TTL 60 秒"});
  expect_seconds(3600, {"写入缓存，1小时后过期", "缓存数据 1 小时", "写入缓存，有效期一小时"});
}

TEST_F(LanguagesChinese, ordinary_words_hold_no_others) {
  EXPECT_EQ(english("库存"), "stock");
  EXPECT_EQ(english("取消订单"), "cancel 订单");
  EXPECT_EQ(english("列表"), "list");
  EXPECT_EQ(english("表示"), "mean");
  EXPECT_EQ(english("读者"), "user");
  EXPECT_EQ(english("阅读"), "perusal");
  EXPECT_EQ(english("否则"), "otherwise");
  EXPECT_EQ(english("是否存在"), "if exists");
  EXPECT_EQ(english("提交订单"), "submit order");
  EXPECT_EQ(english("只读"), "read only");
  EXPECT_EQ(english("银行"), "bank");
  EXPECT_EQ(english("规则"), "rule");
  EXPECT_EQ(english("未来"), "future");
  EXPECT_EQ(english("庫存"), "stock");
  EXPECT_EQ(english("當前"), "current");
  EXPECT_EQ(english("缓存有效期"), "cache ttl");
  EXPECT_EQ(english("部分"), "部分");
  EXPECT_EQ(english("三分天下"), "三分天下");
  EXPECT_EQ(english("门票余量"), "门票余量");
  EXPECT_EQ(english("菜單"), "菜單");
}

TEST_F(LanguagesChinese, a_page_of_a_reader_and_a_writer_is_understood) {
  EXPECT_EQ(told(R"(## 读取商品

```mermaid
sequenceDiagram
    actor 用户
    participant 服务 as 商品服务
    participant 缓存
    participant 库 as 数据库
    用户->>服务: 查看商品
    服务->>缓存: 查询缓存
    alt 缓存命中
        缓存-->>服务: 商品数据
        服务-->>用户: 返回商品
    else 缓存未命中
        缓存-->>服务: 空
        服务->>库: 查询商品
        库-->>服务: 商品数据
        服务->>缓存: 写入缓存（TTL 60 秒）
        服务-->>用户: 返回商品
    end
```

## 更新商品

```mermaid
sequenceDiagram
    actor 用户
    participant 服务 as 商品服务
    participant 缓存
    participant 库 as 数据库
    用户->>服务: 修改商品
    服务->>库: 更新商品
    库-->>服务: 更新成功
    服务->>缓存: 删除缓存
    Note right of 缓存: 下次读取时重新加载
    服务-->>用户: 完成
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack\n");
}

TEST_F(LanguagesChinese, a_page_in_traditional_characters_is_understood) {
  EXPECT_EQ(told(R"(```mermaid
sequenceDiagram
    title 讀取菜單
    actor 顧客
    participant API as 點餐後端
    participant R as 快取（Redis）
    participant DB as 資料庫
    顧客->>API: 打開菜單頁
    API->>R: 讀取菜單
    R-->>API: 查無資料
    API->>DB: 查詢菜單
    DB-->>API: 菜單資料
    API->>R: 寫入菜單（5 分鐘後過期）
    API-->>顧客: 回傳菜單
```
)"),
            "Read: get cache#2; if miss; get database#4; if value; set cache#6; ack\n");
}

TEST_F(LanguagesChinese, a_page_of_two_phrases_is_known) {
  EXPECT_EQ(language_of({"查询缓存", "更新数据库"}), &kChinese);
  EXPECT_EQ(language_of({"查詢快取", "更新資料庫"}), &kChinese);
  EXPECT_EQ(language_of({"商品服务", "缓存"}), &kChinese);
}

}  // namespace
}  // namespace stalemate::model
