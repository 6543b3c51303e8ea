// What people write in Korean diagrams, put into English and read: labels, replies, names, headings, and two whole
// pages. Includes headers of model's own, which only such tests need.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/language_fixture.hpp"

namespace stalemate::model {
namespace {

class LanguagesKorean : public LanguageFixture {
 protected:
  LanguagesKorean() : LanguageFixture(kKorean) {}
};

TEST_F(LanguagesKorean, a_store_is_asked) {
  expect_verb(Verb::kGet,
              {"캐시 조회", "캐시에서 상품 조회", "캐시 확인", "상품 정보를 캐시에서 읽어온다",
               "목록 캐시 조회 (요일별 / 레인별)", "DB에서 상품 조회", "목록 조회", "설정 조회", "주문 기록 조회",
               "변경 이력 조회", "등록 정보 조회", "상품 가져오기", "좌석 테이블 조회", "가격 조회", "재고 확인"});
  expect_verb(Verb::kSet, {"상품 정보 저장", "재고 수정", "DB 업데이트", "정원 저장 + 변경 이력", "목록 캐시 적재",
                           "조회한 데이터를 캐시에 저장 (TTL 60초)", "결과를 캐시에 저장", "캐시 갱신", "설정 저장",
                           "조회 결과 캐싱", "상품 가격 변경", "주문 생성", "캐시에 쓰기", "조회 결과를 캐시에 넣기",
                           "상품 수정 요청", "DB에 기록"});
  expect_verb(Verb::kAdd, {"없으면 저장", "없을 때만 캐시에 저장"});
  expect_verb(Verb::kDelete, {"캐시 삭제", "캐시 무효화", "해당 키 삭제", "캐시 비우기", "좌석 현황 캐시를 지운다",
                              "캐시 제거", "목록 캐시 만료 처리"});
}

TEST_F(LanguagesKorean, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  expect_verb(Verb::kDelete, {"가격 잊기"});
  expect_verb(Verb::kSet, {"가격 기억하기"});
  expect_no_verb({"비밀번호 분실"});
}

TEST_F(LanguagesKorean, a_negated_verb_asks_for_nothing) {
  expect_no_verb({"캐시를 삭제하지 않음", "캐시를 갱신하지 않는다", "저장하지 않음", "캐시하지 않음"});
}

TEST_F(LanguagesKorean, replies_and_branches_say_how_it_turned_out_and_a_negation_wins) {
  expect_outcome(Verb::kGet, "value",
                 {"캐시 적중", "적중", "캐시 히트", "캐시에 있음", "캐시에 있으면", "캐시된 목록", "데이터 있음",
                  "값이 있음", "존재함", "있음", "비어 있지 않음", "만료되지 않음", "상품 데이터", "찾음"});
  expect_outcome(Verb::kGet, "miss",
                 {"캐시 미스", "미스", "캐시 없음", "캐시에 없음", "캐시에 없으면", "캐시에 없는 경우",
                  "캐시에 존재하지 않음", "값이 없음", "데이터 없음", "데이터가 없는 경우", "찾을 수 없음", "찾지 못함",
                  "존재하지 않음", "없음", "비어 있음", "빈 값", "만료됨", "캐시 만료", "0건"});
  expect_outcome(Verb::kGet, "error or timeout",
                 {"실패", "저장 실패", "오류", "에러", "예외 발생", "연결 불가", "거부됨"});
  expect_outcome(Verb::kGet, "timeout", {"타임아웃", "시간 초과", "응답 없음"});
  expect_outcome(Verb::kSet, "ok",
                 {"성공", "저장됨", "저장 완료", "갱신 완료", "변경되었습니다", "처리됨", "저장되었습니다"});
  expect_outcome(Verb::kSet, "error or timeout",
                 {"실패", "저장 실패", "오류", "에러", "예외 발생", "연결 불가", "거부됨"});
  expect_outcome(Verb::kDelete, "ok", {"삭제됨", "삭제 완료", "무효화됨", "완료"});
  expect_outcome(Verb::kAdd, "conflict", {"충돌", "중복"});
}

TEST_F(LanguagesKorean, an_ending_makes_a_condition_of_what_it_stands_behind_and_of_nothing_else) {
  expect_outcome(Verb::kGet, "value", {"값이 있으면", "적중이면", "히트면", "캐시 히트라면"});
  expect_outcome(Verb::kGet, "miss",
                 {"값이 없으면", "빈 값이면", "미스면", "캐시 미스이면", "널이면", "캐시에 값이 없으면"});
  EXPECT_EQ(english("빈 값이면"), "if null");
  EXPECT_EQ(english("화면"), "screen");
  EXPECT_EQ(english("냉면"), "냉면");
  EXPECT_EQ(english("새 라면"), english("새") + " 라면");
  expect_verb(Verb::kAdd, {"값이 없으면 저장"});
  expect_refused("change something only if a condition holds", {"빈 값이면 삭제"});
}

TEST_F(LanguagesKorean, names_say_roles) {
  expect_role(Role::kOutside, {"사용자", "고객", "클라이언트", "브라우저", "관리자", "운영 담당자", "직원", "방문자"});
  expect_role(Role::kApp,
              {"애플리케이션", "예매 서버", "상품 서비스", "강습 백엔드 (운영 API)", "게이트웨이", "컨트롤러"});
  expect_role(Role::kCache, {"캐시", "Redis 캐시", "캐시 서버", "레디스", "로컬 캐시"});
  expect_role(Role::kDatabase, {"데이터베이스", "주 DB", "마스터 DB", "저장소"});
  expect_role(Role::kReplica, {"조회용 복제본", "복제본", "읽기 복제본", "조회용 DB", "읽기 전용 DB"});
  expect_role(Role::kQueue, {"메시지 큐", "큐", "토픽"});
  expect_role(Role::kWorker, {"워커", "컨슈머", "배치"});
  expect_role(Role::kThirdParty, {"결제 대행", "문자 발송", "알림 서비스", "메일", "로그"});
  EXPECT_EQ(role_words(english("로컬 캐시")).cache_kind, CacheKind::kLocal);
  EXPECT_EQ(role_words(english("인메모리 캐시")).cache_kind, CacheKind::kLocal);
}

TEST_F(LanguagesKorean, headings_say_what_an_operation_is) {
  expect_heading(OperationKind::kRead,
                 {"상품 조회", "조회 흐름", "읽기", "읽기 경로", "① 목록 보기 (Read)", "공연 좌석 현황 조회"});
  expect_heading(OperationKind::kWrite,
                 {"상품 수정", "수정 흐름", "쓰기", "② 정원 조정 (Write)", "저장", "삭제", "좌석 예매 시 갱신"});
}

TEST_F(LanguagesKorean, what_is_not_modelled_is_refused_by_its_name) {
  expect_refused("begin a transaction", {"트랜잭션 시작"});
  expect_refused("commit a transaction", {"커밋", "트랜잭션 커밋"});
  expect_refused("roll back a transaction", {"롤백"});
  expect_refused("take a lock", {"락 획득", "락을 해제", "분산 락 획득", "잠금 해제"});
  expect_refused("read from a replica", {"읽기 복제본에서 조회", "복제 지연"});
  expect_refused("publish an event", {"이벤트 발행", "취소 이벤트 발행", "메시지를 발행"});
  expect_refused("subscribe to events", {"구독"});
  expect_refused("try again", {"재시도", "다시 시도"});
  expect_refused("compare and set", {"비교 후 설정"});
  expect_refused("hand something to a queue", {"큐에 추가"});
  expect_verb(Verb::kIncrease, {"조회수 증가"});
}

TEST_F(LanguagesKorean, what_may_not_happen_or_not_now_is_asked_about) {
  expect_doubted({"비동기로 캐시 삭제", "나중에 캐시 삭제", "5분 후 캐시 삭제", "필요 시 캐시 삭제", "가끔 갱신"});
}

TEST_F(LanguagesKorean, an_entry_lives_for_a_time) {
  expect_seconds(60, {"캐시에 저장 (TTL 60초)", "캐시에 저장(1분)"});
  expect_seconds(
      300, {"캐시에 저장(5분)", "만료 시간 300초로 저장", "캐시에 저장 (5분 후 만료)", "캐시에 넣기 (5분 동안 유지)"});
  expect_seconds(3600, {"1시간 동안 캐싱", "유효 기간은 1시간"});
}

TEST_F(LanguagesKorean, ordinary_words_hold_no_others) {
  EXPECT_EQ(english("조회수"), "count of views");
  EXPECT_EQ(english("리스트"), "list");
  EXPECT_EQ(english("로그인"), "login");
  EXPECT_EQ(english("수락"), "acceptance");
  EXPECT_EQ(english("연락처"), "contact");
  EXPECT_EQ(english("키워드"), "keyword");
  EXPECT_EQ(english("은행"), "bank");
  EXPECT_EQ(english("가격을"), "price");
  EXPECT_EQ(english("카드 분류"), "카드 분류");
  EXPECT_EQ(english("부분"), "부분");
  EXPECT_EQ(english("회의"), "회의");
  EXPECT_EQ(english("재고"), "stock");
  EXPECT_EQ(english("회원 가입"), "customer sign up");
  EXPECT_EQ(english("예약 취소"), "booking cancel");
  EXPECT_EQ(english("실행"), "실행");
  EXPECT_EQ(english("조회용"), "for reading");
  EXPECT_EQ(english("존재하지 않음"), "does not exist");
}

TEST_F(LanguagesKorean, a_page_of_a_reader_and_a_writer_is_understood) {
  EXPECT_EQ(told(R"(## 상품 조회

```mermaid
sequenceDiagram
    actor 고객
    participant 서버 as 상품 서버
    participant 캐시 as Redis
    participant DB as 데이터베이스
    고객->>서버: 상품 보기
    서버->>캐시: 상품 캐시 조회
    alt 캐시 적중
        캐시-->>서버: 캐시된 상품
        서버-->>고객: 상품 응답
    else 캐시 없음
        캐시-->>서버: 없음
        서버->>DB: 상품 조회
        DB-->>서버: 조회 결과
        서버->>캐시: 상품 캐시 적재 (60초)
        서버-->>고객: 상품 응답
    end
```

## 상품 수정

```mermaid
sequenceDiagram
    actor 관리자
    participant 서버 as 상품 서버
    participant 캐시 as Redis
    participant DB as 데이터베이스
    관리자->>서버: 가격 변경
    서버->>DB: 상품 저장
    DB-->>서버: 저장됨
    서버->>캐시: 상품 캐시 삭제
    Note over 캐시: 다음 조회에서 다시 채운다
    서버-->>관리자: 완료
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack\n");
}

TEST_F(LanguagesKorean, a_reply_that_says_that_nothing_is_there_is_a_guard) {
  EXPECT_EQ(told(R"(```mermaid
sequenceDiagram
    title 재고 읽기
    participant 앱
    participant 캐시
    participant 데이터베이스
    앱->>캐시: 재고 조회
    캐시-->>앱: 값이 없음
    앱->>데이터베이스: 재고 조회
    데이터베이스-->>앱: 재고 데이터
    앱->>캐시: 재고를 저장한다
```
)"),
            "Read: get cache#1; if miss; get database#3; if value; set cache#5\n");
}

TEST_F(LanguagesKorean, a_page_of_two_phrases_is_known) {
  EXPECT_EQ(language_of({"캐시 조회", "목록 저장"}), &kKorean);
  EXPECT_EQ(language_of({"상품 서버", "캐시"}), &kKorean);
}

}  // namespace
}  // namespace stalemate::model
