// The framers of both protocols: any cut of any stream gives the messages it was put together from, and what no peer
// should send ends in an error with a name, in bounded memory.
#include "wire/wire.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "real/wire_samples.hpp"

namespace stalemate::real {
namespace {

using namespace samples;

std::vector<std::string> some(const std::function<std::string()>& make) {
  std::vector<std::string> all;
  const int count = *rc::gen::inRange(0, 60);
  for (int i = 0; i < count; ++i) all.push_back(make());
  return all;
}

RC_GTEST_PROP(RespFraming, AnyCutOfAnyRepliesGivesTheRepliesThatWerePutTogether, ()) {
  const std::vector<std::string> replies =
      some([] { return *rc::gen::inRange(0, 8) == 0 ? ">2\r\n" + bulk("message") + any_reply(1) : any_reply(3); });
  const std::string stream = joined(replies);
  const Framed framed = frame(*make_framer(Protocol::kRedis, Side::kServer), stream, any_cuts(stream.size()));
  RC_ASSERT(framed.error == "");
  RC_ASSERT(bytes_of(framed.messages) == replies);
  RC_CLASSIFY(stream.size() > 200, "more than 200 bytes");
  for (const Message& message : framed.messages) RC_ASSERT((message.role == Role::kAside) == (message.name == "push"));
}

RC_GTEST_PROP(RespFraming, AnyCutOfAnyCommandsGivesTheCommandsThatWerePutTogether, ()) {
  const std::vector<std::string> commands = some(any_command);
  const std::string stream = joined(commands);
  const Framed framed = frame(*make_framer(Protocol::kRedis, Side::kClient), stream, any_cuts(stream.size()));
  RC_ASSERT(framed.error == "");
  RC_ASSERT(bytes_of(framed.messages) == commands);
  RC_CLASSIFY(stream.size() > 200, "more than 200 bytes");
}

RC_GTEST_PROP(MemcachedFraming, AnyCutOfEitherSideGivesWhatWasPutTogether, ()) {
  for (const Side side : {Side::kClient, Side::kServer}) {
    const std::vector<std::string> messages = some(side == Side::kClient ? any_memcached_request : any_memcached_reply);
    const std::string stream = joined(messages);
    const Framed framed = frame(*make_framer(Protocol::kMemcached, side), stream, any_cuts(stream.size()));
    RC_ASSERT(framed.error == "");
    RC_ASSERT(bytes_of(framed.messages) == messages);
  }
}

RC_GTEST_PROP(PostgresFraming, AnyCutOfEitherSideGivesTheMessagesThatWerePutTogether, ()) {
  const PostgresStreams streams = any_postgres_streams();
  const std::string client = joined(streams.client);
  const Framed sent = frame(*make_framer(Protocol::kPostgres, Side::kClient), client, any_cuts(client.size()));
  RC_ASSERT(sent.error == "");
  RC_ASSERT(bytes_of(sent.messages) == streams.client);
  const std::string server = joined(streams.server);
  const Framed answered = frame(*postgres_server_framer(streams), server, any_cuts(server.size()));
  RC_ASSERT(answered.error == "");
  RC_ASSERT(bytes_of(answered.messages) == streams.server);
}

// A stream of messages, some of its bytes replaced, or nothing but noise.
std::string damaged(std::string stream) {
  if (stream.empty() || *rc::gen::inRange(0, 3) == 0) return any_bytes(300);
  const int count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i) {
    stream[*rc::gen::inRange<std::size_t>(0, stream.size())] = *rc::gen::arbitrary<char>();
  }
  return stream;
}

RC_GTEST_PROP(HostileBytes, EndInTheSameErrorForAnyCutAndAreNeverHeldBeyondTheLimit, ()) {
  const WireLimits limits{*rc::gen::inRange<std::size_t>(16, 400), *rc::gen::inRange<std::size_t>(5, 200),
                          *rc::gen::inRange<std::size_t>(0, 4)};
  const auto protocol = *rc::gen::element(Protocol::kRedis, Protocol::kMemcached, Protocol::kPostgres);
  const auto side = *rc::gen::element(Side::kClient, Side::kServer);
  const PostgresStreams streams = any_postgres_streams();
  const bool is_client = side == Side::kClient;
  const std::string stream =
      damaged(protocol == Protocol::kPostgres    ? joined(is_client ? streams.client : streams.server)
              : protocol == Protocol::kMemcached ? joined(some(is_client ? any_memcached_request : any_memcached_reply))
              : is_client                        ? joined(some(any_command))
                                                 : joined(some([] { return any_reply(3); })));
  const auto first = make_framer(protocol, side, limits);
  const auto second = make_framer(protocol, side, limits);
  const Framed whole = frame(*first, stream);
  const Framed cut = frame(*second, stream, any_cuts(stream.size()));
  RC_ASSERT(whole == cut);
  RC_ASSERT(cut.most_held <= limits.message_bytes);
  RC_ASSERT(cut.rest.size() <= limits.message_bytes);
  const std::string taken = joined(bytes_of(cut.messages)) + cut.rest;
  RC_ASSERT(stream.starts_with(taken));
  RC_ASSERT(!cut.error.empty() || taken == stream);
  RC_TAG(cut.error.empty() ? "no error" : "error");
}

struct Refused {
  Protocol protocol;
  Side sender;
  std::string stream;
  std::string error;
};

TEST(HostileBytes, AreNamedWithTheirPlaceAndWhatWouldMendIt) {
  const auto redis = Protocol::kRedis;
  const auto memcached = Protocol::kMemcached;
  const auto postgres = Protocol::kPostgres;
  const std::string start = untyped(kVersionThree, "user");
  const Refused cases[] = {
      {redis, Side::kServer, "+OK\r\n?", "the server's byte 5: '?' begins no RESP value; check that it is a Redis"},
      {redis, Side::kServer, "$?\r\n",
       "the server's byte 1: a streamed RESP3 value, which is not carried; have the server announce lengths"},
      {redis, Side::kServer, "*?\r\n",
       "the server's byte 1: a streamed RESP3 value, which is not carried; have the server announce lengths"},
      {redis, Side::kServer, ";4\r\n",
       "the server's byte 0: a streamed RESP3 value, which is not carried; have the server announce lengths"},
      {redis, Side::kServer, "$2147483648\r\n",
       "the server's byte 1: a message of 2147483661 bytes or more, where at most 16777216 are carried; send less at a "
       "time"},
      {redis, Side::kServer, "*99999999999999999999\r\n",
       "the server's byte 1: '999999999999...' is no length; check that it is a Redis"},
      {redis, Side::kServer, "*2147483648\r\n",
       "the server's byte 1: a message of 6442450957 bytes or more, where at most 16777216 are carried; send less at a "
       "time"},
      {redis, Side::kServer, "%9223372036854775807\r\n",
       "the server's byte 1: a message of 6917529027641081878 bytes or more, where at most 16777216 are carried; send "
       "less at a time"},
      {redis, Side::kServer, "$-2\r\n", "the server's byte 1: '-2' is no length; check that it is a Redis"},
      {redis, Side::kServer, "%-1\r\n", "the server's byte 1: '-1' after '%'; check that it is a Redis"},
      {redis, Side::kServer, "#y\r\n", "the server's byte 1: 'y' after '#'; check that it is a Redis"},
      {redis, Side::kServer, ":1\n", "the server's byte 1: '1\\x0a' does not end in CR LF; check that it is a Redis"},
      {redis, Side::kServer, "$1\r\nabc",
       "the server's byte 4: a string that does not end in CR LF where it should; check that it is a Redis"},
      {redis, Side::kServer, "=3\r\nabc\r\n",
       "the server's byte 4: a verbatim string without its format and colon; check that it is a Redis"},
      {redis, Side::kServer, "*1\r\n>1\r\n",
       "the server's byte 4: a push inside another value; check that it is a Redis"},
      {redis, Side::kServer, joined(std::vector<std::string>(33, "*1\r\n")),
       "the server's byte 129: values nested deeper than 32; check that it is a Redis"},
      {redis, Side::kServer, "+" + std::string(65'537, 'a'),
       "the server's byte 1: a line of more than 65536 bytes; check what speaks there"},
      {redis, Side::kClient, std::string(70'000, 'a'),
       "the client's byte 1: a line of more than 65536 bytes; check what speaks there"},
      {redis, Side::kClient, "*1\r\n:1\r\n",
       "the client's byte 4: ':' where a command's next word begins with '$'; check that the client speaks RESP"},
      {redis, Side::kClient, "*1\r\n$-1\r\n",
       "the client's byte 5: a word of a command cannot be null; check that the client speaks RESP"},
      {redis, Side::kClient, "*2147483648\r\n",
       "the client's byte 1: a message of 12884901901 bytes or more, where at most 16777216 are carried; send less at "
       "a "
       "time"},
      {redis, Side::kClient, command({"client", "reply", "off"}),
       "the client's byte 31: after CLIENT REPLY replies no longer answer requests one by one; leave it out where "
       "messages pass the proxy"},
      {redis, Side::kClient, "monitor\r\n",
       "the client's byte 1: after MONITOR replies no longer answer requests one by one; leave it out where messages "
       "pass the proxy"},
      {memcached, Side::kServer, "HD\r\nHI\r\n",
       "the server's byte 5: 'HI' begins no reply of a memcached; check that it is a memcached"},
      {memcached, Side::kServer, "+PONG\r\n",
       "the server's byte 1: '+PONG' begins no reply of a memcached; check that it is a memcached"},
      {memcached, Side::kServer, "\r\n",
       "the server's byte 1: an empty line, which is no reply of a memcached; check that it is a memcached"},
      {memcached, Side::kServer, "\x81",
       "the server's byte 0: memcached's binary protocol, which is not carried; speak its text protocol"},
      {memcached, Side::kServer, "VA 1\r\nabc",
       "the server's byte 6: a string that does not end in CR LF where it should; check that it is a memcached"},
      {memcached, Side::kServer, "VALUE k 0 x\r\n",
       "the server's byte 1: 'x' is no length; check that it is a memcached"},
      {memcached, Side::kServer, "VALUE k 0\r\n",
       "the server's byte 1: 'VALUE' announces no data; check that it is a memcached"},
      {memcached, Side::kServer, "VA 16777217\r\n",
       "the server's byte 1: a message of 16777230 bytes or more, where at most 16777216 are carried; send less at a "
       "time"},
      {memcached, Side::kClient, "\x80",
       "the client's byte 0: memcached's binary protocol, which is not carried; speak its text protocol"},
      {memcached, Side::kClient, "set k 0 0 1 noreply\r\n",
       "the client's byte 1: 'set' that asks for no reply; check that the client speaks memcached's text protocol, "
       "with "
       "replies"},
      {memcached, Side::kClient, "mg k v q\r\n",
       "the client's byte 1: 'mg' that asks for no reply; check that the client speaks memcached's text protocol, with "
       "replies"},
      {memcached, Side::kClient, "watch fetchers\r\n",
       "the client's byte 1: after watch replies no longer answer requests one by one; check that the client speaks "
       "memcached's text protocol, with replies"},
      {memcached, Side::kClient, "ms k -1\r\n",
       "the client's byte 1: data of a negative length; check that the client speaks memcached's text protocol, with "
       "replies"},
      {memcached, Side::kClient, "set k 0 0\r\n",
       "the client's byte 1: 'set' announces no data; check that the client speaks memcached's text protocol, with "
       "replies"},
      {postgres, Side::kClient, "GET / HTTP/1.1",
       "the client's byte 0: 'GET / HT' begins no start-up packet; check that the client speaks PostgreSQL's protocol "
       "v3, without direct TLS"},
      {postgres, Side::kClient, untyped(2U << 16, ""),
       "the client's byte 0: protocol version 2.0; use a client of protocol version 3"},
      {postgres, Side::kClient, start + "z",
       "the client's byte 12: 'z' is no type of a message; check that the client speaks PostgreSQL's protocol v3"},
      {postgres, Side::kClient, start + typed('d', "row"),
       "the client's byte 12: CopyData: COPY is not carried; write rows with INSERT, read them with SELECT"},
      {postgres, Side::kServer, typed('G', ""),
       "the server's byte 0: CopyInResponse: COPY is not carried; write rows with INSERT, read them with SELECT"},
      {postgres, Side::kServer, typed('H', ""),
       "the server's byte 0: CopyOutResponse: COPY is not carried; write rows with INSERT, read them with SELECT"},
      {postgres, Side::kServer, typed('W', ""),
       "the server's byte 0: CopyBothResponse: COPY is not carried; write rows with INSERT, read them with SELECT"},
      {postgres, Side::kServer, "D" + number(1U << 31),
       "the server's byte 1: a message of 2147483649 bytes or more, where at most 16777216 are carried; send less at a "
       "time"},
      {postgres, Side::kServer, "D" + number(0xffffffff),
       "the server's byte 1: a message of 4294967296 bytes or more, where at most 16777216 are carried; send less at a "
       "time"},
      {postgres, Side::kServer, "D" + number(3),
       "the server's byte 1: DataRow of length 3; check that it is a PostgreSQL"},
      {postgres, Side::kServer, "Z" + number(6),
       "the server's byte 1: ReadyForQuery of length 6; check that it is a PostgreSQL"},
      {postgres, Side::kServer, ready() + "\x7f",
       "the server's byte 6: '\\x7f' is no type of a message; check that it is a PostgreSQL"},
  };
  for (const Refused& refused : cases) {
    const auto framer = make_framer(refused.protocol, refused.sender);
    EXPECT_EQ(frame(*framer, refused.stream).error, refused.error);
    std::string_view more = "x";
    EXPECT_THROW(framer->next(more), WireError) << "a stream that went wrong stays so";
  }
}

TEST(HostileBytes, AnAnswerToSslRequestThatEncryptsIsRefusedAndSaysHowToConnect) {
  const PostgresStreams streams{{untyped(kSslCode, "")}, {}};
  EXPECT_EQ(frame(*postgres_server_framer(streams), "S").error,
            "the server's byte 0: the server goes on encrypted, where no message can be told from the next; connect "
            "with sslmode=disable and gssencmode=disable");
  const Framed error = frame(*postgres_server_framer(streams), typed('E', "too old"));
  ASSERT_EQ(error.messages.size(), 1U);
  EXPECT_EQ(error.messages[0].name, "ErrorResponse");
}

TEST(PostgresFraming, EveryMessageSaysWhatPartItPlays) {
  const auto client = make_framer(Protocol::kPostgres, Side::kClient);
  const auto framed =
      frame(*client, untyped(kSslCode, "") + untyped(kVersionThree, "") + typed('p', "SCRAM-SHA-256") + typed('P', "") +
                         typed('H', "") + typed('S', "") + typed('Q', "select 1") + typed('X', ""));
  std::string roles;
  for (const Message& message : framed.messages)
    roles += "pefa"[static_cast<int>(message.role)] + (" " + message.name + ", ");
  EXPECT_EQ(roles,
            "a SSLRequest, a StartupMessage, a PasswordMessage, p Parse, f Flush, e Sync, e Query, a Terminate, ");
  const auto cancel = frame(*make_framer(Protocol::kPostgres, Side::kClient), untyped(kCancelCode, "12345678"));
  ASSERT_EQ(cancel.messages.size(), 1U);
  EXPECT_EQ(cancel.messages[0].name, "CancelRequest");
}

TEST(MemcachedFraming, EveryMessageSaysWhatPartItPlays) {
  const auto client =
      frame(*make_framer(Protocol::kMemcached, Side::kClient), "set k 0 0 6\r\nsecret\r\n\nmg k v\r\nquit\r\n\x01\r\n");
  std::string roles;
  for (const Message& message : client.messages)
    roles += "pefa"[static_cast<int>(message.role)] + (" " + message.name + ", ");
  EXPECT_EQ(roles, "e set, e , e mg, a quit, e ?, ");
  const auto server = frame(*make_framer(Protocol::kMemcached, Side::kServer),
                            "VALUE k 0 1\r\n1\r\nEND\r\nSTAT a b\r\nkey=k\nVA 1\r\n1\r\n7\r\n");
  roles.clear();
  for (const Message& message : server.messages)
    roles += "pefa"[static_cast<int>(message.role)] + (" " + message.name + ", ");
  EXPECT_EQ(roles, "p VALUE, e END, p STAT, p key, e VA, e number, ");
}

TEST(RespFraming, ACommandIsCalledByItsFirstWordAndNeverByAnArgument) {
  const auto framed = frame(*make_framer(Protocol::kRedis, Side::kClient),
                            command({"auth", "secret"}) + "set key value\r\n" + command({std::string(100, 'x')}) +
                                command({"a\nb"}) + "\r\n");
  ASSERT_EQ(framed.messages.size(), 5U);
  EXPECT_EQ(framed.messages[0].name, "AUTH");
  EXPECT_EQ(framed.messages[1].name, "SET");
  EXPECT_EQ(framed.messages[2].name, std::string(32, 'X'));
  EXPECT_EQ(framed.messages[3].name, "A?B");
  EXPECT_EQ(framed.messages[4].role, Role::kAside);
}

}  // namespace
}  // namespace stalemate::real
