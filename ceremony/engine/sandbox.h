// ceremony/engine/sandbox.h - what an engine gives up before it takes its first request.
//
// The engine holds a root key's secrets and parses what comes from sticks. If one of its parsers or
// a token's module is ever turned against it, it must not be able to send anything anywhere, run
// anything, or look into another process.

#pragma once

#include "base/result.h"

namespace ceremony::engine {

// Fits this process for secrets: 0, 1 and 2 are open (at least on /dev/null), `socket` is, and no
// other descriptor; memory can be locked, core dumps are off, it is not dumpable (no other process
// of the user can read it), new files are 0644, a broken pipe is an error and no signal.
// Errors: kDeviceFailure, saying what this computer does not allow.
base::Result<void> prepare_process(int socket);

// No new privileges, and a system call filter over all threads, for good.
//
// It is a list of what is allowed, because a list of what is not ages badly: every kernel adds
// calls. What is on no list answers ENOSYS, as on an older kernel, so that the C library takes its
// older way (clone3 to clone, faccessat2 to faccessat): one list serves Debian 12 and 13. Named
// refusals answer EPERM (network, mounts, modules, keys, processes). To run a program or to look
// into another process is nothing that an engine ever does: that kills it at once.
// Files are not restricted (sticks can be mounted anywhere). A token that speaks over a socket
// (pcscd, a network HSM) does not work behind this; one that is a library and files does.
// Errors: kDeviceFailure where the kernel has no seccomp.
base::Result<void> confine();

}  // namespace ceremony::engine
