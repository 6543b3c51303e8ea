// What people write in Japanese diagrams, put into English and read: labels, replies, names, headings, and two whole
// pages. Includes headers of model's own, which only such tests need.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/language_fixture.hpp"

namespace stalemate::model {
namespace {

class LanguagesJapanese : public LanguageFixture {
 protected:
  LanguagesJapanese() : LanguageFixture(kJapanese) {}
};

TEST_F(LanguagesJapanese, a_store_is_asked) {
  expect_verb(Verb::kGet, {"キャッシュから商品を取得", "キャッシュを確認", "キャッシュを参照する",
                           "商品情報をキャッシュから読み込む", "DBから商品を取得", "商品を検索", "SELECTで商品を取得",
                           "キャッシュ参照", "DB検索", "設定を取得", "登録情報を取得", "変更履歴を取得", "在庫を照会",
                           "貸出状況を問い合わせ"});
  expect_verb(Verb::kSet, {"在庫を更新", "商品を保存する", "DBを更新", "取得したデータをキャッシュに保存（TTL 60秒）",
                           "キャッシュに格納", "結果をキャッシュする", "キャッシュに書き込む", "キャッシュを更新",
                           "価格を変更する", "検索条件を保存", "予約を登録", "キャッシュに載せる", "キャッシュを温める",
                           "検索結果をキャッシュに書き込む（有効期限10分）", "設定を保存"});
  expect_verb(Verb::kAdd, {"存在しない場合のみ設定", "なければ保存"});
  expect_verb(Verb::kDelete,
              {"キャッシュを削除", "キャッシュを無効化する", "該当キーを削除", "キャッシュをクリア", "キャッシュ破棄",
               "キャッシュを空にする", "キャッシュを消す", "キャッシュの値を失効させる"});
}

TEST_F(LanguagesJapanese, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  expect_verb(Verb::kDelete, {"価格を忘れる"});
  expect_verb(Verb::kSet, {"価格を覚える"});
  expect_no_verb({"パスワードを忘れた"});
}

TEST_F(LanguagesJapanese, a_negated_verb_asks_for_nothing) {
  expect_no_verb({"キャッシュを更新しない", "キャッシュを削除しない", "DBを更新しない", "キャッシュしない"});
}

TEST_F(LanguagesJapanese, replies_and_branches_say_how_it_turned_out_and_a_negation_wins) {
  expect_outcome(Verb::kGet, "value",
                 {"ヒット", "キャッシュヒット", "ヒットした場合", "キャッシュにある", "キャッシュにある場合",
                  "キャッシュあり", "データあり", "見つかった", "存在する", "あり", "空ではない", "期限切れでない",
                  "商品データ", "取得できた", "キャッシュ済み"});
  expect_outcome(Verb::kGet, "miss",
                 {"ミス", "キャッシュミス", "キャッシュミスの場合", "ヒットしなかった場合", "キャッシュにない",
                  "キャッシュに存在しない場合", "キャッシュなし", "データなし", "該当なし", "見つからない",
                  "存在しない", "なし", "ない", "空", "期限切れ", "キャッシュ切れ", "取得できなかった", "0件"});
  expect_outcome(Verb::kGet, "error or timeout",
                 {"失敗", "更新に失敗", "エラー", "例外", "接続エラー", "利用不可", "拒否"});
  expect_outcome(Verb::kGet, "timeout", {"タイムアウト", "応答なし"});
  expect_outcome(Verb::kSet, "ok",
                 {"成功", "保存完了", "更新しました", "登録しました", "保存済み", "完了", "更新された"});
  expect_outcome(Verb::kSet, "error or timeout",
                 {"失敗", "更新に失敗", "エラー", "例外", "接続エラー", "利用不可", "拒否"});
  expect_outcome(Verb::kDelete, "ok", {"削除しました", "削除済み", "削除完了", "完了"});
  expect_outcome(Verb::kAdd, "conflict", {"競合", "重複"});
}

TEST_F(LanguagesJapanese, names_say_roles) {
  expect_role(Role::kOutside, {"ユーザー", "利用者", "来店客", "顧客", "ブラウザ", "クライアント", "管理者",
                               "フロントエンド", "スタッフ"});
  expect_role(Role::kApp, {"アプリケーション", "受付サーバー", "商品サービス", "バックエンド", "ゲートウェイ",
                           "コントローラー", "ハンドラー"});
  expect_role(Role::kCache,
              {"キャッシュ", "キャッシュサーバー", "共有キャッシュ", "キャッシュ（Redis）", "ローカルキャッシュ"});
  expect_role(Role::kDatabase, {"データベース", "DBサーバー", "プライマリDB", "ストレージ"});
  expect_role(Role::kReplica, {"リードレプリカ", "レプリカ", "読み取り専用DB"});
  expect_role(Role::kQueue, {"メッセージキュー", "キュー", "トピック"});
  expect_role(Role::kWorker, {"ワーカー", "コンシューマー", "バッチ処理"});
  expect_role(Role::kThirdParty, {"決済サービス", "メール配信", "通知", "分析"});
  EXPECT_EQ(role_words(english("ローカルキャッシュ")).cache_kind, CacheKind::kLocal);
  EXPECT_EQ(role_words(english("インメモリキャッシュ")).cache_kind, CacheKind::kLocal);
  EXPECT_EQ(role_words(english("プロセス内キャッシュ")).cache_kind, CacheKind::kLocal);
}

TEST_F(LanguagesJapanese, headings_say_what_an_operation_is) {
  expect_heading(OperationKind::kRead,
                 {"読み取りフロー", "読み込み", "参照フロー", "商品の取得", "商品一覧を取得する", "許可証を読む経路"});
  expect_heading(OperationKind::kWrite,
                 {"書き込みフロー", "更新フロー", "商品の更新", "価格を変更する", "登録処理", "削除", "保存"});
}

TEST_F(LanguagesJapanese, what_is_looked_at_is_read_and_what_is_shown_or_hidden_is_no_request) {
  expect_heading(OperationKind::kRead, {"メニューの表示", "価格を見る", "商品を表示する"});
  EXPECT_EQ(operation_words(english("在庫の見直し")).kind(), std::nullopt);
  expect_no_verb({"商品を非表示にする", "表示フラグを立てる", "商品を表示しない", "見積もり"});
}

TEST_F(LanguagesJapanese, what_only_reads_is_a_read_although_the_page_speaks_of_a_change) {
  const std::string page =
      "メニューの変更はまずキャッシュへ、続けてデータベースへ書き込みます。\n\n"
      "## 変更後：在庫の一覧\n\n```mermaid\nsequenceDiagram\nparticipant アプリ\nparticipant キャッシュ\n"
      "participant DB as データベース\nアプリ->>キャッシュ: 在庫を取得\nalt キャッシュにある\n"
      "キャッシュ-->>アプリ: 在庫\nelse キャッシュにない\nアプリ->>DB: 在庫を取得\nアプリ->>キャッシュ: "
      "在庫を保存\nend\n```\n";
  EXPECT_EQ(read_protocol(page, "t.md", {}).operations.at(0).kind, OperationKind::kRead);
}

TEST_F(LanguagesJapanese, what_is_not_modelled_is_refused_by_its_name) {
  expect_refused("begin a transaction", {"トランザクション開始", "トランザクションを開始"});
  expect_refused("commit a transaction", {"コミット"});
  expect_refused("roll back a transaction", {"ロールバック"});
  expect_refused("take a lock", {"ロックを取得", "ロックを解放", "分散ロックを取得"});
  expect_refused("read from a replica", {"リードレプリカから取得", "レプリケーション遅延"});
  expect_refused("publish an event", {"イベントを発行", "メッセージを発行"});
  expect_refused("subscribe to events", {"購読する"});
  expect_refused("try again", {"リトライ", "再試行"});
  expect_refused("compare and set", {"比較して更新"});
  expect_refused("hand something to a queue", {"キューに追加"});
  expect_refused("take a lease", {"リースを取得"});
}

TEST_F(LanguagesJapanese, what_may_not_happen_or_not_now_is_asked_about) {
  expect_doubted({"非同期でキャッシュを削除", "後でキャッシュを削除", "5分後に削除", "たまに更新", "必要に応じて更新",
                  "キャッシュを削除し、DBを更新"});
}

TEST_F(LanguagesJapanese, an_entry_lives_for_a_time) {
  expect_seconds(60, {"キャッシュに保存（TTL 60秒）", "Redisに60秒保存"});
  expect_seconds(
      300, {"キャッシュに格納（5分間）", "TTL：5分で保存", "有効期限300秒で保存", "キャッシュに保存（5分後に失効）"});
  expect_seconds(3600, {"1時間キャッシュする", "有効期限は1時間"});
}

TEST_F(LanguagesJapanese, ordinary_words_hold_no_others) {
  EXPECT_EQ(english("ロッカー"), "locker");
  EXPECT_EQ(english("ブロック"), "block");
  EXPECT_EQ(english("リリース"), "release");
  EXPECT_EQ(english("ログイン"), "login");
  EXPECT_EQ(english("空席"), "vacancy");
  EXPECT_EQ(english("例外"), "exception");
  EXPECT_EQ(english("名前"), "name");
  EXPECT_EQ(english("キーワード"), "keyword");
  EXPECT_EQ(english("旅行"), "travel");
  EXPECT_EQ(english("部分"), "部分");
  EXPECT_EQ(english("自分"), "自分");
  EXPECT_EQ(english("カートに追加"), "put in cart");
  EXPECT_EQ(english("予約"), "booking");
  EXPECT_EQ(english("リセット"), "reset");
  EXPECT_EQ(english("スキー"), "ski");
  EXPECT_EQ(english("取得した商品"), "商品");
  EXPECT_EQ(english("存在しない場合"), "does not exist case");
}

TEST_F(LanguagesJapanese, a_page_of_a_reader_and_a_writer_is_understood) {
  EXPECT_EQ(told(R"(## 商品の参照

```mermaid
sequenceDiagram
    actor 利用者
    participant API as 商品サービス
    participant C as キャッシュ
    participant D as データベース
    利用者->>API: 商品を見る
    API->>C: キャッシュを確認
    alt キャッシュにある
        C-->>API: 商品
        API-->>利用者: 商品を返す
    else キャッシュにない
        C-->>API: なし
        API->>D: 商品を取得
        D-->>API: 商品データ
        API->>C: 商品をキャッシュに保存（60秒）
        API-->>利用者: 商品を返す
    end
```

## 商品の更新

```mermaid
sequenceDiagram
    actor 管理者
    participant API as 商品サービス
    participant C as キャッシュ
    participant D as データベース
    管理者->>API: 価格を変更
    API->>D: 商品を更新
    D-->>API: 更新完了
    API->>C: キャッシュを無効化
    Note over C: 次の参照で読み直される
    API-->>管理者: 完了
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack\n");
}

TEST_F(LanguagesJapanese, a_reply_that_says_that_nothing_is_there_is_a_guard) {
  EXPECT_EQ(told(R"(```mermaid
sequenceDiagram
    title 在庫の読み取り
    participant アプリ
    participant キャッシュ
    participant データベース
    アプリ->>キャッシュ: 在庫を取得
    キャッシュ-->>アプリ: 見つかりません
    アプリ->>データベース: 在庫を検索
    データベース-->>アプリ: 在庫データ
    アプリ->>キャッシュ: 在庫を書き込む
```
)"),
            "Read: get cache#1; if miss; get database#3; if value; set cache#5\n");
}

TEST_F(LanguagesJapanese, a_page_of_two_phrases_is_known) {
  EXPECT_EQ(language_of({"キャッシュを確認", "在庫を更新"}), &kJapanese);
  EXPECT_EQ(language_of({"許可証を取得", "なし"}), &kJapanese);
}

}  // namespace
}  // namespace stalemate::model
