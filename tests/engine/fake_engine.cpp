// tests/engine/fake_engine.cpp - an engine as the real one, around the tests' handler.

#include <cstdlib>
#include <span>
#include <unistd.h>

#include "ceremony/engine/run.h"
#include "engine/fake_handler.h"
#include "engine/probes.h"

int main(int argc, char** argv) {
  engine_test::FakeHandler handler;
  handler.others["probe"] = engine_test::probe;
  handler.others["die"] = [](const std::string&) -> std::string { std::abort(); };
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  _exit(static_cast<int>(ceremony::engine::run_engine(arguments, handler)));
}
