// base/background.h - work beside the work at hand, for a machine with more than one processor.

#pragma once

#include <future>
#include <system_error>
#include <type_traits>
#include <utility>

namespace base {

// Whether there is so much to do that threads are worth it.
enum class Amount { kLittle, kMuch };

// Begins `task` on a thread of its own, and gives its result when it is asked for; what it throws
// comes then, too. For a little work, and where no thread can be had, the task runs when it is
// asked for. A future that nobody asks waits for its task when it goes. The task must not touch
// secrets: what a thread leaves on its stack nobody wipes.
template <typename Task>
std::future<std::invoke_result_t<Task>> in_background(Task task, Amount amount) {
  if (amount == Amount::kMuch) {
    try {
      return std::async(std::launch::async, task);
    } catch (const std::system_error&) {
      // no thread can be had
    }
  }
  return std::async(std::launch::deferred, std::move(task));
}

}  // namespace base
