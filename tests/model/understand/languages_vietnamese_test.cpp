// What people write in Vietnamese diagrams, put into English and read: labels, replies, names, headings, and two whole
// pages. Includes headers of model's own, which only such tests need.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/understand/language_fixture.hpp"

namespace stalemate::model {
namespace {

class LanguagesVietnamese : public LanguageFixture {
 protected:
  LanguagesVietnamese() : LanguageFixture(kVietnamese) {}
};

TEST_F(LanguagesVietnamese, a_store_is_asked) {
  expect_verb(Verb::kGet,
              {"Lấy sản phẩm từ bộ đệm", "Đọc bộ nhớ đệm", "Kiểm tra cache", "Tra cứu sản phẩm",
               "Truy vấn cơ sở dữ liệu", "Tìm lịch chiếu trong bộ nhớ đệm", "Tải sản phẩm từ cơ sở dữ liệu",
               "Nạp dữ liệu từ CSDL", "Xem chi tiết", "Kiểm tra tồn kho", "Kiem tra cache", "SELECT sản phẩm"});
  expect_verb(Verb::kSet, {"Lưu vào cache (TTL 60 giây)", "Ghi vào bộ đệm, hết hạn sau 5 phút",
                           "Lưu kết quả vào bộ nhớ đệm", "Cập nhật giá", "Thêm loại vé", "Làm mới bộ đệm",
                           "Ghi bộ đệm cục bộ", "Nạp vào cache", "Nạp dữ liệu vào cache", "Sửa sản phẩm",
                           "Cập nhật giá trong CSDL", "Cap nhat san pham", "Đổi giờ chiếu", "Lưu đơn hàng"});
  expect_verb(Verb::kAdd, {"Ghi nếu chưa có", "Đặt nếu chưa tồn tại", "Lưu chỉ khi chưa có"});
  expect_verb(Verb::kDelete, {"Xóa cache", "Xoá khóa product:1", "Hủy(khóa=\"LoaiVe\")", "Vô hiệu hóa bộ đệm",
                              "Xóa lịch chiếu khỏi bộ nhớ đệm", "Loại bỏ khỏi cache", "Làm mất hiệu lực cache",
                              "Xóa bản ghi", "Xoa cache", "Sau khi cập nhật, xóa cache"});
}

TEST_F(LanguagesVietnamese, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  expect_verb(Verb::kDelete, {"quên giá:1"});
  expect_verb(Verb::kSet, {"ghi nhớ giá:1"});
  expect_no_verb({"quên mật khẩu"});
}

TEST_F(LanguagesVietnamese, a_negated_verb_asks_for_nothing) {
  expect_no_verb({"Không xóa cache", "Không cập nhật bộ đệm", "Không cần cập nhật cache", "Bỏ qua cập nhật"});
}

TEST_F(LanguagesVietnamese, replies_and_branches_say_how_it_turned_out_and_a_negation_wins) {
  expect_outcome(
      Verb::kGet, "value",
      {"Trúng cache", "Trúng bộ đệm", "Có trong bộ đệm", "Có trong cache", "Tìm thấy", "Tồn tại", "Có dữ liệu",
       "Có dữ liệu trong cache", "Dữ liệu sản phẩm", "Không rỗng", "Chưa hết hạn", "Có", "Nếu có trong cache"});
  expect_outcome(
      Verb::kGet, "miss",
      {"Trượt cache", "Không trúng cache", "Không có trong bộ đệm", "Không có trong cache", "Chưa có trong bộ nhớ đệm",
       "Không tìm thấy", "Không tồn tại", "Chưa có", "Không có dữ liệu", "Không có dữ liệu trong cache", "Không có",
       "Hết hạn", "Đã hết hạn", "Rỗng", "Trả về null", "Nếu không có trong cache", "Khong tim thay", "Cache hết hạn"});
  expect_outcome(Verb::kGet, "error or timeout",
                 {"Thất bại", "Ghi thất bại", "Lỗi", "Không thành công", "Bị từ chối", "Ngoại lệ"});
  expect_outcome(Verb::kGet, "timeout", {"Hết thời gian chờ", "Quá thời gian chờ", "Không phản hồi"});
  expect_outcome(Verb::kSet, "ok",
                 {"Thành công", "Thành công (mã mới)", "Đã lưu", "Đã cập nhật", "Cập nhật thành công", "Xong",
                  "Đã cập nhật xong"});
  expect_outcome(Verb::kSet, "error or timeout",
                 {"Thất bại", "Ghi thất bại", "Lỗi", "Không thành công", "Bị từ chối", "Ngoại lệ"});
  expect_outcome(Verb::kDelete, "ok", {"Đã xóa", "Xóa thành công", "Xong"});
  expect_outcome(Verb::kAdd, "conflict", {"Xung đột", "Đã tồn tại", "Trùng lặp"});
}

TEST_F(LanguagesVietnamese, names_say_roles) {
  expect_role(Role::kOutside,
              {"Người dùng", "Khách hàng", "Trình duyệt", "Quản trị viên", "Nhân viên", "Khách", "Nguoi dung"});
  expect_role(Role::kApp, {"Ứng dụng", "Máy chủ rạp", "Dịch vụ sản phẩm", "Bộ điều khiển", "Máy chủ"});
  expect_role(Role::kCache, {"Bộ đệm", "Bộ nhớ đệm (Redis)", "Máy chủ cache", "Dịch vụ cache", "Bộ đệm cục bộ"});
  expect_role(Role::kDatabase, {"Cơ sở dữ liệu", "CSDL chính", "Kho dữ liệu", "Co so du lieu"});
  expect_role(Role::kReplica, {"Bản sao chỉ đọc", "CSDL bản sao", "Bản sao đọc"});
  expect_role(Role::kQueue, {"Hàng đợi", "Hàng đợi tin nhắn", "Chủ đề"});
  expect_role(Role::kWorker, {"Tiến trình nền", "Bộ tiêu thụ"});
  expect_role(Role::kThirdParty, {"Dịch vụ thanh toán", "Thông báo", "Cổng thanh toán", "Thống kê"});
  EXPECT_EQ(role_words(english("Bộ đệm cục bộ")).cache_kind, CacheKind::kLocal);
  EXPECT_EQ(role_words(english("Bộ nhớ đệm cục bộ")).cache_kind, CacheKind::kLocal);
}

TEST_F(LanguagesVietnamese, headings_say_what_an_operation_is) {
  expect_heading(OperationKind::kRead,
                 {"Luồng đọc", "Đọc dữ liệu", "Xem lịch chiếu phim", "Truy vấn sản phẩm", "Quy trình đọc"});
  expect_heading(OperationKind::kWrite,
                 {"Luồng ghi", "Cập nhật sản phẩm", "Quy trình ghi", "Ghi dữ liệu", "Lưu đơn hàng", "Đổi giờ chiếu"});
}

TEST_F(LanguagesVietnamese, what_is_not_modelled_is_refused_by_its_name) {
  expect_refused("begin a transaction", {"Bắt đầu giao dịch", "Mở giao dịch"});
  expect_refused("commit a transaction", {"Xác nhận giao dịch", "Commit"});
  expect_refused("roll back a transaction", {"Hoàn tác", "Hủy giao dịch"});
  expect_refused("take a lock", {"Lấy khóa phân tán", "Giải phóng khóa", "Mở khóa", "Giữ khóa"});
  expect_refused("lock a row", {"Khóa dòng", "Khóa bản ghi"});
  expect_refused("read from a replica", {"Đọc từ bản sao"});
  expect_refused("publish an event", {"Phát sự kiện", "Gửi thông điệp"});
  expect_refused("try again", {"Thử lại"});
  expect_refused("compare and set", {"So sánh và ghi"});
  expect_refused("hand something to a queue", {"Đẩy vào hàng đợi"});
}

TEST_F(LanguagesVietnamese, what_may_not_happen_or_not_now_is_asked_about) {
  expect_doubted({"Xóa cache bất đồng bộ", "Có thể cập nhật cache", "Đôi khi cập nhật cache", "Xóa cache nếu cần"});
}

TEST_F(LanguagesVietnamese, an_entry_lives_for_a_time) {
  expect_seconds(60, {"Lưu vào cache (TTL 60 giây)", "Ghi cache (hết hạn sau 60 giây)"});
  expect_seconds(300, {"Ghi vào bộ đệm, hết hạn sau 5 phút", "Ghi vào bộ đệm trong 5 phút"});
  expect_seconds(3600, {"Lưu cache trong 1 giờ", "Thời hạn 1 giờ"});
}

TEST_F(LanguagesVietnamese, ordinary_words_hold_no_others) {
  EXPECT_EQ(english("Đặt hàng"), "place order");
  EXPECT_EQ(english("Tải lại trang"), "reload page");
  EXPECT_EQ(english("Hủy đơn hàng"), "cancel order");
  EXPECT_EQ(english("Số lượng tồn kho"), "stock");
  EXPECT_EQ(english("Đăng nhập"), "login");
  EXPECT_EQ(english("Cửa hàng"), "shop");
  EXPECT_EQ(english("khóa"), "key");
  EXPECT_EQ(english("Khóa phân tán"), "distributed lock");
  EXPECT_EQ(english("Thanh toán"), "payment");
  EXPECT_EQ(english("Tin tức"), "Tin tức");
}

TEST_F(LanguagesVietnamese, a_page_of_a_reader_and_a_writer_is_understood) {
  EXPECT_EQ(told(R"(## Đọc sản phẩm

```mermaid
sequenceDiagram
    actor K as Khách hàng
    participant S as Máy chủ
    participant B as Bộ nhớ đệm
    participant D as Cơ sở dữ liệu
    K->>S: Xem sản phẩm
    S->>B: Lấy sản phẩm từ bộ nhớ đệm
    alt Có trong bộ nhớ đệm
        B-->>S: Dữ liệu sản phẩm
        S-->>K: Trả về sản phẩm
    else Không có trong bộ nhớ đệm
        B-->>S: Không có
        S->>D: Truy vấn sản phẩm
        D-->>S: Dữ liệu sản phẩm
        S->>B: Lưu vào bộ nhớ đệm (60 giây)
        S-->>K: Trả về sản phẩm
    end
```

## Cập nhật sản phẩm

```mermaid
sequenceDiagram
    actor N as Nhân viên
    participant S as Máy chủ
    participant B as Bộ nhớ đệm
    participant D as Cơ sở dữ liệu
    N->>S: Sửa giá
    S->>D: Cập nhật sản phẩm
    D-->>S: Đã cập nhật
    S->>B: Xóa sản phẩm khỏi bộ nhớ đệm
    Note over B: Lần đọc sau sẽ nạp lại
    S-->>N: Thành công
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack\n");
}

TEST_F(LanguagesVietnamese, a_reply_that_says_that_nothing_is_there_is_a_guard) {
  EXPECT_EQ(told(R"(```mermaid
sequenceDiagram
    title Đọc giá vé
    participant UD as Ứng dụng
    participant BD as Bộ đệm
    participant CS as Cơ sở dữ liệu
    UD->>BD: Lấy giá vé
    BD-->>UD: Không tìm thấy
    UD->>CS: Đọc giá vé
    CS-->>UD: Dữ liệu giá vé
    UD->>BD: Ghi giá vé
```
)"),
            "Read: get cache#1; if miss; get database#3; if value; set cache#5\n");
}

TEST_F(LanguagesVietnamese, a_page_of_two_phrases_is_known) {
  EXPECT_EQ(language_of({"Lấy giá vé", "Xóa bộ đệm"}), &kVietnamese);
  EXPECT_EQ(language_of({"Truy van", "Khong tim thay", "Cap nhat"}), &kVietnamese);
}

TEST(Languages, no_phrase_is_listed_twice) {
  for (const Language* language : {&kChinese, &kJapanese, &kKorean, &kVietnamese}) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < language->phrase_count; ++i)
      EXPECT_TRUE(seen.insert(language->phrases[i].said).second) << language->phrases[i].said;
  }
}

TEST(Languages, pages_in_english_are_of_no_other_language) {
  const std::filesystem::path protocols = STALEMATE_SOURCE_DIR "/model/protocols";
  int pages = 0;
  for (const auto& entry : std::filesystem::directory_iterator(protocols)) {
    if (entry.path().extension() != ".md") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    EXPECT_EQ(language_of({text}), nullptr) << entry.path();
    ++pages;
  }
  EXPECT_GT(pages, 0);
}

}  // namespace
}  // namespace stalemate::model
