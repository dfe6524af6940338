// ceremony/engine/main.cpp - conclave-engine: one process per ceremony, started by its client.

#include <cstddef>
#include <span>
#include <unistd.h>

#include "base/calendar.h"
#include "ceremony/engine/run.h"
#include "ceremony/engine/session_handler.h"

int main(int argc, char** argv) {
  const base::SystemClock clock;
  ceremony::engine::SessionHandler handler(clock);
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  _exit(static_cast<int>(ceremony::engine::run_engine(arguments, handler)));
}
