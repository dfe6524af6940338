// base/lock_holder.h - since when another program has been holding a lock, as far as the kernel
// tells.
//
// Source: proc(5): /proc/locks (type, process, device and inode of each lock), /proc/PID/stat field
// 22 (start, in clock ticks since the boot), /proc/stat "btime" (the boot, in POSIX seconds).

#pragma once

#include <optional>

#include "base/calendar.h"

namespace base {

// When the program was started that holds the flock(2) lock on the file with this descriptor, by
// this computer's clock. Nothing where nobody holds one, or where the kernel does not say: /proc is
// not there, the holder is in another container, the file system counts its devices otherwise.
[[nodiscard]] std::optional<UtcTime> start_of_lock_holder(int file);

}  // namespace base
