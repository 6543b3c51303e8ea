// The seed's cache-aside protocol searched by hand: one key, up to 4 readers, 3 writers and 3 lost messages, nothing
// else. What is fixed here is decided by a diagram and a scenario in `stalemate`; the difference in speed is what
// generality costs.
//
//   stalemate_limit READERS WRITERS FAULTS THREADS    prints states, transitions, at_rest, incoherent, depth; time and
//   peak to stderr
//
// Exact: whole states stand in an open-addressing table, 4 bytes each where 31 bits suffice and 8 otherwise. Every
// count is the same for any number of threads. Not for: traces, properties, another protocol; it keeps nothing to
// rebuild a path from. A long file: one program without a library, as it is compared.
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

// A state, from the lowest bit: the database's value (2 bits: 0 to 3) and the cache's entry (3: 0 empty, else a value
// plus 1), 5 bits a reader, 3 bits a writer, 2 bits of lost messages, and a mark that is always set: no state is 0, the
// free slot.
constexpr unsigned kServerBits = 5;
constexpr unsigned kReaderBits = 5;
constexpr unsigned kWriterBits = 3;
constexpr unsigned kLostBits = 2;
constexpr unsigned kServers = 1U << kServerBits;

constexpr std::size_t kThreadsMax = 16;

constexpr unsigned database_of(unsigned servers) { return servers & 3U; }
constexpr unsigned entry_of(unsigned servers) { return servers >> 2U; }

// A reader's code: its point, and with most of them a value plus 1. The value of kGot and kRead may be none: 0.
constexpr unsigned kGet = 0;
constexpr unsigned kGot = 1;  // to 5
constexpr unsigned kLook = 6;
constexpr unsigned kFound = 7 - 1;    // 7 to 10
constexpr unsigned kFill = 11 - 1;    // 11 to 14
constexpr unsigned kFilled = 15 - 1;  // 15 to 18
constexpr unsigned kRead = 19;        // to 23
constexpr unsigned kReaderCodes = 24;

// A writer's code.
enum Writer : unsigned { kSet, kStored, kDelete, kDeleted, kWritten };

// What a step changes, to be applied with xor; an instance without a next step changes nothing.
struct Change {
  std::uint16_t code = 0;
  std::uint16_t servers = 0;
};

constexpr Change change(unsigned from, unsigned to, unsigned servers_from, unsigned servers_to) {
  return {static_cast<std::uint16_t>(from ^ to), static_cast<std::uint16_t>(servers_from ^ servers_to)};
}

// The step of a reader whose message is handled or received.
constexpr Change reader_step(unsigned code, unsigned servers) {
  const auto to = [&](unsigned next) { return change(code, next, servers, servers); };
  if (code == kGet) return to(kGot + entry_of(servers));
  if (code == kGot) return to(kLook);
  if (code < kLook) return to(kRead + (code - kGot));
  if (code == kLook) return to(kFound + database_of(servers) + 1);
  if (code <= kFound + 4) return to(kFill + (code - kFound));
  if (code <= kFill + 4)
    return change(code, kFilled + (code - kFill), servers, database_of(servers) | (code - kFill) << 2U);
  if (code <= kFilled + 4) return to(kRead + (code - kFilled));
  return {};
}

constexpr std::uint16_t reader_loss(unsigned code) {
  if (code < kLook) return static_cast<std::uint16_t>(code ^ kLook);
  if (code <= kFound + 4) return static_cast<std::uint16_t>(code ^ kRead);
  if (code <= kFill + 4) return static_cast<std::uint16_t>(code ^ (kRead + (code - kFill)));
  if (code <= kFilled + 4) return static_cast<std::uint16_t>(code ^ (kRead + (code - kFilled)));
  return 0;
}

constexpr Change writer_step(unsigned value, unsigned code, unsigned servers) {
  if (code == kSet) return change(code, kStored, servers, value | entry_of(servers) << 2U);
  if (code == kDelete) return change(code, kDeleted, servers, database_of(servers));
  if (code < kWritten) return change(code, code + 1, servers, servers);
  return {};
}

constexpr std::uint16_t writer_loss(unsigned code) {
  if (code <= kStored) return static_cast<std::uint16_t>(code ^ kDelete);
  if (code <= kDeleted) return static_cast<std::uint16_t>(code ^ kWritten);
  return 0;
}

// All steps, so that the inner loop looks them up.
struct Steps {
  std::array<Change, (1U << kReaderBits) * kServers> reader{};
  std::array<std::uint16_t, 1U << kReaderBits> reader_lost{};
  std::array<std::array<Change, (1U << kWriterBits) * kServers>, 3> writer{};
  std::array<std::uint16_t, 1U << kWriterBits> writer_lost{};
};

constexpr Steps make_steps() {
  Steps steps;
  for (unsigned code = 0; code < kReaderCodes; ++code) {
    steps.reader_lost[code] = reader_loss(code);
    for (unsigned servers = 0; servers < kServers; ++servers) {
      steps.reader[code * kServers + servers] = reader_step(code, servers);
    }
  }
  for (unsigned code = 0; code <= kWritten; ++code) {
    steps.writer_lost[code] = writer_loss(code);
    for (unsigned servers = 0; servers < kServers; ++servers) {
      for (unsigned w = 0; w < 3; ++w) steps.writer[w][code * kServers + servers] = writer_step(w + 1, code, servers);
    }
  }
  return steps;
}

constexpr Steps kSteps = make_steps();

template <unsigned kReaders, unsigned kWriters>
struct Layout {
  static constexpr unsigned kFirstWriter = kServerBits + kReaders * kReaderBits;
  static constexpr unsigned kLost = kFirstWriter + kWriters * kWriterBits;
  static constexpr unsigned kMark = kLost + kLostBits;
  using Word = std::conditional_t < kMark<32, std::uint32_t, std::uint64_t>;
  static constexpr std::size_t kSuccessorsMax = 2 * (kReaders + kWriters);

  // Writes the successors to `out`, which has room for kSuccessorsMax, and returns how many there are. Without
  // branches: a step that is none is overwritten by the next one.
  static std::size_t expand(Word state, unsigned faults, Word* out) {
    const auto servers = static_cast<unsigned>(state) & (kServers - 1);
    std::size_t count = 0;
    const auto add = [&](Word next, bool is_step) {
      out[count] = next;
      count += is_step ? 1U : 0U;
    };
    for (unsigned r = 0; r < kReaders; ++r) {
      const unsigned shift = kServerBits + r * kReaderBits;
      const Change made =
          kSteps.reader[(static_cast<unsigned>(state >> shift) % (1U << kReaderBits)) * kServers + servers];
      add(state ^ static_cast<Word>(made.code) << shift ^ made.servers, made.code != 0);
    }
    for (unsigned w = 0; w < kWriters; ++w) {
      const unsigned shift = kFirstWriter + w * kWriterBits;
      const Change made =
          kSteps.writer[w][(static_cast<unsigned>(state >> shift) % (1U << kWriterBits)) * kServers + servers];
      add(state ^ static_cast<Word>(made.code) << shift ^ made.servers, made.code != 0);
    }
    if (static_cast<unsigned>(state >> kLost) % (1U << kLostBits) >= faults) return count;
    const Word one_lost = static_cast<Word>(1) << kLost;
    for (unsigned r = 0; r < kReaders; ++r) {
      const unsigned shift = kServerBits + r * kReaderBits;
      const std::uint16_t code = kSteps.reader_lost[static_cast<unsigned>(state >> shift) % (1U << kReaderBits)];
      add((state ^ static_cast<Word>(code) << shift) + one_lost, code != 0);
    }
    for (unsigned w = 0; w < kWriters; ++w) {
      const unsigned shift = kFirstWriter + w * kWriterBits;
      const std::uint16_t code = kSteps.writer_lost[static_cast<unsigned>(state >> shift) % (1U << kWriterBits)];
      add((state ^ static_cast<Word>(code) << shift) + one_lost, code != 0);
    }
    return count;
  }

  static bool is_incoherent(Word state) {
    const auto servers = static_cast<unsigned>(state) & (kServers - 1);
    return entry_of(servers) != 0 && entry_of(servers) != database_of(servers) + 1;
  }
};

std::uint64_t hash(std::uint64_t state) {
  state *= 0x9E3779B97F4A7C15U;
  return (state ^ state >> 32U) * 0xD6E8FEB86659FD93U;
}

// Zeroed memory in large pages where the system has them.
template <class Word>
class Slots {
 public:
  explicit Slots(unsigned bits) : bits_(bits), bytes_(sizeof(Word) << bits) {
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      std::fprintf(stderr, "stalemate_limit: no memory for a table of %zu bytes\n", bytes_);
      std::exit(1);
    }
    madvise(memory, bytes_, MADV_HUGEPAGE);
    slots_ = static_cast<Word*>(memory);
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  Slots(Slots&&) = delete;
  Slots& operator=(Slots&&) = delete;
  ~Slots() { munmap(slots_, bytes_); }

  std::size_t size() const { return std::size_t{1} << bits_; }
  unsigned bits() const { return bits_; }
  Word operator[](std::size_t at) const { return slots_[at]; }
  void prefetch(Word state) const { __builtin_prefetch(slots_ + home(state)); }

  // True if the state was not there. Any number of threads at once; a slot is set once and for all.
  bool insert(Word state) {
    for (std::size_t at = home(state);; at = (at + 1) & (size() - 1)) {
      std::atomic_ref<Word> slot(slots_[at]);
      Word there = slot.load(std::memory_order_relaxed);
      if (there == state) return false;
      if (there != 0) continue;
      if (slot.compare_exchange_strong(there, state, std::memory_order_relaxed)) return true;
      if (there == state) return false;
    }
  }

 private:
  // By the highest bits: a table twice the size has the same order, so that growing goes from front to back.
  std::size_t home(Word state) const { return hash(state) >> (64U - bits_); }

  unsigned bits_;
  std::size_t bytes_;
  Word* slots_;
};

struct Counts {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t at_rest = 0;
  std::uint64_t incoherent = 0;
  unsigned depth = 0;
};

// Breadth-first search, level by level. The threads take chunks of the level; when the table is too full, all stop
// between two chunks, grow it together, and go on.
template <unsigned kReaders, unsigned kWriters>
class Search {
  using Its = Layout<kReaders, kWriters>;
  using Word = typename Its::Word;
  static constexpr std::size_t kBlock = 16;   // states whose successors fit in the first cache
  static constexpr std::size_t kChunk = 256;  // states that a thread takes at once
  static constexpr std::size_t kBatch = kBlock * Its::kSuccessorsMax;
  static constexpr unsigned kRecentBits = 17;  // remembered successors, in the second cache
  static constexpr unsigned kFirstBits = 18;

 public:
  Search(unsigned faults, unsigned threads)
      : faults_(faults),
        threads_(threads),
        table_(std::make_unique<Slots<Word>>(kFirstBits)),
        workers_(threads),
        meet_(static_cast<long>(threads)) {}

  Counts run() {
    const Word initial = static_cast<Word>(1) << Its::kMark;
    table_->insert(initial);
    workers_[0].next.push_back(initial);
    begin_level();
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < threads_; ++t) others.emplace_back([this, t] { work(t); });
    work(0);
    others.clear();
    Counts counts;
    for (const Worker& worker : workers_) {
      counts.states += worker.counts.states;
      counts.transitions += worker.counts.transitions;
      counts.at_rest += worker.counts.at_rest;
      counts.incoherent += worker.counts.incoherent;
    }
    counts.depth = level_ - 1;
    return counts;
  }

 private:
  struct alignas(128) Worker {
    std::vector<Word> level;  // what this thread found, of the level that is expanded
    std::vector<Word> next;
    std::vector<Word> recent = std::vector<Word>(std::size_t{1} << kRecentBits);
    std::array<std::array<Word, kBatch>, 2> batches;
    std::array<std::size_t, 2> batch_sizes{};
    Counts counts;
  };

  void work(unsigned self) {
    Worker& mine = workers_[self];
    while (!done_) {
      while (!is_full()) {
        const std::span<const Word> chunk = take_chunk();
        if (chunk.empty()) break;
        work_on(mine, chunk);
      }
      meet_.arrive_and_wait();
      if (self == 0) decide();
      meet_.arrive_and_wait();
      if (larger_) grow(self);
    }
  }

  // A block's successors are looked up when the next block's are on their way into the cache.
  void work_on(Worker& mine, std::span<const Word> chunk) {
    unsigned turn = 0;
    std::uint64_t found = 0;
    for (std::size_t at = 0; at < chunk.size(); at += kBlock) {
      expand(mine, chunk.subspan(at, std::min(kBlock, chunk.size() - at)), mine.batches[turn], mine.batch_sizes[turn]);
      turn ^= 1U;
      found += insert(mine, turn);
    }
    found += insert(mine, turn ^ 1U);
    mine.counts.states += chunk.size();
    inserted_.fetch_add(found, std::memory_order_relaxed);
  }

  // The successors of the block that this thread did not see lately go into the batch, and their slots are asked for.
  void expand(Worker& mine, std::span<const Word> block, std::array<Word, kBatch>& batch, std::size_t& batch_size) {
    std::size_t size = 0;
    for (const Word state : block) {
      std::array<Word, Its::kSuccessorsMax + 1> successors;
      const std::size_t count = Its::expand(state, faults_, successors.data());
      mine.counts.transitions += count;
      if (count == 0) {
        ++mine.counts.at_rest;
        mine.counts.incoherent += Its::is_incoherent(state) ? 1U : 0U;
      }
      for (std::size_t i = 0; i < count; ++i) {
        Word& recent = mine.recent[hash(successors[i]) >> 16U & (mine.recent.size() - 1)];
        batch[size] = successors[i];
        size += recent == successors[i] ? 0U : 1U;
        recent = successors[i];
      }
    }
    for (std::size_t i = 0; i < size; ++i) table_->prefetch(batch[i]);
    batch_size = size;
  }

  std::uint64_t insert(Worker& mine, unsigned turn) {
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < mine.batch_sizes[turn]; ++i) {
      const Word state = mine.batches[turn][i];
      if (!table_->insert(state)) continue;
      mine.next.push_back(state);
      ++found;
    }
    mine.batch_sizes[turn] = 0;
    return found;
  }

  // More than 7/10 full. What the threads find in their chunks comes on top: in all less than the rest of the smallest
  // table.
  bool is_full() const { return inserted_.load(std::memory_order_relaxed) > table_->size() / 10 * 7; }
  static_assert(kThreadsMax * kChunk * Its::kSuccessorsMax < (std::size_t{1} << kFirstBits) / 10 * 3);

  // The next states of the level that no thread expands yet; none where there are no more.
  std::span<const Word> take_chunk() {
    std::size_t from = taken_.fetch_add(kChunk, std::memory_order_relaxed);
    for (const Worker& worker : workers_) {
      const std::size_t rounded = (worker.level.size() + kChunk - 1) / kChunk * kChunk;
      if (from < rounded) return std::span(worker.level).subspan(from, std::min(kChunk, worker.level.size() - from));
      from -= rounded;
    }
    return {};
  }

  // Between two meetings, by one thread: a larger table, or the next level, or the end.
  void decide() {
    if (is_full()) {
      larger_ = std::make_unique<Slots<Word>>(table_->bits() + 1);
      return;
    }
    begin_level();
  }

  void begin_level() {
    std::size_t size = 0;
    for (Worker& worker : workers_) {
      worker.level.swap(worker.next);
      worker.next.clear();
      size += worker.level.size();
    }
    taken_.store(0, std::memory_order_relaxed);
    if (size == 0) {
      done_ = true;
    } else {
      ++level_;
    }
  }

  void grow(unsigned self) {
    const std::size_t part = table_->size() / threads_;
    const std::size_t end = self + 1 == threads_ ? table_->size() : part * (self + 1);
    for (std::size_t at = part * self; at < end; ++at) {
      if ((*table_)[at] != 0) larger_->insert((*table_)[at]);
    }
    meet_.arrive_and_wait();
    if (self == 0) {
      table_.swap(larger_);
      larger_.reset();
    }
    meet_.arrive_and_wait();
  }

  unsigned faults_;
  unsigned threads_;
  std::unique_ptr<Slots<Word>> table_;
  std::unique_ptr<Slots<Word>> larger_;  // while the table grows
  std::vector<Worker> workers_;
  std::barrier<> meet_;
  alignas(128) std::atomic<std::uint64_t> inserted_ = 0;
  std::atomic<std::size_t> taken_ =
      0;  // of the level's states, counted over the workers' parts, each rounded up to chunks
  alignas(128) unsigned level_ = 0;
  bool done_ = false;
};

template <unsigned kReaders, unsigned kWriters>
Counts search(unsigned faults, unsigned threads) {
  return Search<kReaders, kWriters>(faults, threads).run();
}

using SearchFunction = Counts (*)(unsigned faults, unsigned threads);
constexpr std::array<std::array<SearchFunction, 3>, 4> kSearches{{
    {search<1, 1>, search<1, 2>, search<1, 3>},
    {search<2, 1>, search<2, 2>, search<2, 3>},
    {search<3, 1>, search<3, 2>, search<3, 3>},
    {search<4, 1>, search<4, 2>, search<4, 3>},
}};

// The argument as a number from `low` to `high`.
std::optional<unsigned> parse(const char* text, unsigned low, unsigned high) {
  unsigned number = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, number);
  if (error != std::errc() || stop != end || number < low || number > high) return std::nullopt;
  return number;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const auto argument = [&](int which, unsigned low, unsigned high) {
    return which < argument_count ? parse(arguments[which], low, high) : std::nullopt;
  };
  const auto readers = argument(1, 1, 4);
  const auto writers = argument(2, 1, 3);
  const auto faults = argument(3, 0, 3);
  const auto threads = argument(4, 1, kThreadsMax);
  if (!readers || !writers || !faults || !threads || argument_count != 5) {
    std::fputs("usage: stalemate_limit READERS (1 to 4) WRITERS (1 to 3) FAULTS (0 to 3) THREADS (1 to 16)\n", stderr);
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const Counts counts = kSearches[*readers - 1][*writers - 1](*faults, *threads);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("states %llu\ntransitions %llu\nat_rest %llu\nincoherent %llu\ndepth %u\n",
              static_cast<unsigned long long>(counts.states), static_cast<unsigned long long>(counts.transitions),
              static_cast<unsigned long long>(counts.at_rest), static_cast<unsigned long long>(counts.incoherent),
              counts.depth);
  std::fprintf(stderr, "seconds %.3f, peak %ld KiB\n", seconds.count(), used.ru_maxrss);
  return 0;
}
