// ceremony/engine/run.h - an engine's whole life, around a handler; what main() is made of.
//
// SIGTERM, SIGINT and SIGHUP end it as the client's end does: between two steps at once, within a
// step when it is done, so that the journal never loses more than SIGKILL or a power cut would
// take. There is no PR_SET_PDEATHSIG: the kernel sends that when the *thread* that started the
// engine ends, and the socket says the same thing without that trap.

#pragma once

#include <span>

#include "ceremony/engine/handler.h"
#include "ceremony/engine/server.h"

namespace ceremony::engine {

// `arguments` are main's: the program's name, and the number of the socket that a client started
// this process with. Prepares and confines the process, serves, closes `handler`. From here on what
// would be a call of std::terminate() ends the process with kInternal. Whoever calls it
// leaves with _exit(2): everything is wiped by then, and the exit handlers of token modules and
// OpenSSL are known to run in an order that crashes.
EndCode run_engine(std::span<char* const> arguments, Handler& handler);

}  // namespace ceremony::engine
