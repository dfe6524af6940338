// tests/engine/probes.h - what a confined engine tries, for the tests to see what became of it.

#pragma once

#include <string>

namespace engine_test {

// Tries what `name` says, and gives the outcomes as words, as "socket-inet:EPERM".
std::string probe(const std::string& name);

}  // namespace engine_test
