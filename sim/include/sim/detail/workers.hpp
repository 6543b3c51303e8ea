// The threads of a parallel search: they do a run of independent items together and meet at its end. The calling thread
// is worker 0; the others start with the first parallel run and end with the object. Which worker does which item is up
// to chance: items must write to places of their own, and what a worker keeps for itself must not depend on order.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace stalemate::sim::detail {

class Workers {
 public:
  // REQUIRES: threads >= 1. With 1 no thread is ever started.
  explicit Workers(unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  unsigned count() const { return threads_; }

  // Calls task(worker, item) once for every item below `items` and returns when all are done; `parallel` false: on the
  // calling thread, in order. What an item throws is thrown here, after the others have stopped; of several exceptions
  // that of the lowest item.
  template <class Task>
  void run(std::size_t items, bool parallel, Task&& task) {
    if (!parallel || threads_ == 1 || items < 2) {
      for (std::size_t item = 0; item < items; ++item) task(0U, item);
      return;
    }
    using Plain = std::remove_reference_t<Task>;
    run_parallel(
        items, [](void* context, unsigned worker, std::size_t item) { (*static_cast<Plain*>(context))(worker, item); },
        &task);
  }

 private:
  using Call = void (*)(void* context, unsigned worker, std::size_t item);
  class Crew;

  void run_parallel(std::size_t items, Call call, void* context);

  unsigned threads_;
  std::unique_ptr<Crew> crew_;
};

}  // namespace stalemate::sim::detail
