#include "engine/probes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "ca/soft_token.h"
#include "ca/token_key.h"

namespace engine_test {

namespace {

std::string outcome(long result) {
  if (result >= 0) {
    return "allowed";
  }
  return errno == EPERM ? "EPERM" : errno == ENOSYS ? "ENOSYS" : std::strerror(errno);
}

std::string yes(bool holds) {
  return holds ? "yes" : "no";
}

std::string network() {
  std::string words = "inet:" + outcome(socket(AF_INET, SOCK_STREAM, 0));
  words += " unix:" + outcome(socket(AF_UNIX, SOCK_STREAM, 0));
  words += " netlink:" + outcome(socket(AF_NETLINK, SOCK_RAW, 0));
  std::array<int, 2> pair{};
  words += " pair:" + outcome(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()));
  words += " connect:" + outcome(connect(3, nullptr, 0));
  sockaddr other{};
  words += " sendto:" + outcome(sendto(3, "x", 1, 0, &other, sizeof other));
  msghdr message{};
  words += " sendmsg:" + outcome(sendmsg(3, &message, 0));
  return words;
}

std::string processes() {
  std::string words = "fork:" + outcome(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  words += " clone3:" + outcome(syscall(SYS_clone3, nullptr, 0));
  words += " unshare:" + outcome(unshare(CLONE_NEWUSER));
  words += " kill-parent:" + outcome(kill(getppid(), 0));
  words += " limit-of-parent:" + outcome(prlimit(getppid(), RLIMIT_CORE, nullptr, nullptr));
  return words;
}

std::string machine() {
  std::string words;
  for (const auto& [name, number] : std::map<std::string, long>{{"bpf", SYS_bpf},
                                                                {"io_uring", SYS_io_uring_setup},
                                                                {"keyctl", SYS_keyctl},
                                                                {"module", SYS_finit_module},
                                                                {"mount", SYS_mount}}) {
    words += name + ":" + outcome(syscall(number, 0, 0, 0, 0, 0)) + " ";
  }
  // Only refused by being on no list.
  words += "unlisted:" + outcome(syscall(SYS_sched_setscheduler, 0, 0, nullptr));
  return words;
}

std::string hardening() {
  rlimit core{1, 1};
  getrlimit(RLIMIT_CORE, &core);
  const mode_t mask = umask(022);
  std::string words = "core:" + std::to_string(core.rlim_max);
  words += " dumpable:" + std::to_string(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  words += " make-dumpable:" + outcome(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  words += " no-new-privileges:" + std::to_string(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  words += " mask:" + std::to_string(mask);
  return words;
}

std::string descriptors() {
  std::vector<int> open;
  for (int number = 0; number < 1024; ++number) {
    if (fcntl(number, F_GETFD) >= 0) {
      open.push_back(number);
    }
  }
  std::string words;
  for (const int number : open) {
    words += std::to_string(number) + " ";
  }
  return words;
}

std::string files() {
  std::string name = (std::filesystem::temp_directory_path() / "engine-probe-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return "no folder";
  }
  const std::filesystem::path folder = name;
  std::ofstream(folder / "one") << "content";
  std::filesystem::rename(folder / "one", folder / "two");
  std::filesystem::copy_file(folder / "two", folder / "three");
  std::string content;
  std::ifstream(folder / "three") >> content;
  const auto removed = std::filesystem::remove_all(folder);
  return content + " " + std::to_string(removed);
}

std::string threads() {
  std::string inside;
  std::thread worker([&] { inside = outcome(socket(AF_INET, SOCK_STREAM, 0)); });
  worker.join();
  return "started, socket:" + inside;
}

std::string password_hash() {
  std::array<unsigned char, 32> key{};
  const std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  return yes(crypto_pwhash(key.data(),
                           key.size(),
                           "x",
                           1,
                           salt.data(),
                           1,
                           8U * 1024U * 1024U,
                           crypto_pwhash_ALG_ARGON2ID13) == 0);
}

std::string rsa() {
  EVP_PKEY* const key = EVP_RSA_gen(2048);
  const bool made = key != nullptr;
  EVP_PKEY_free(key);
  return yes(made);
}

std::string token() {
  auto token = ca::SoftToken::create();
  if (!token) {
    return token.error().message;
  }
  auto key =
      ca::TokenKey::generate((*token)->session(), ca::Algorithm::kP384, ca::Extractable::kYes);
  if (!key) {
    return key.error().message;
  }
  const auto proven = ca::prove_possession(**key);
  if (!proven) {
    return proven.error().message;
  }
  const auto destroyed = (*token)->destroy();
  return destroyed ? "signed and destroyed" : destroyed.error().message;
}

std::string run_program() {
  std::array<char*, 1> nothing{nullptr};
  return outcome(execve("/bin/true", nothing.data(), nothing.data()));
}

std::string trace() {
  return outcome(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
}

std::string read_memory() {
  iovec nowhere{};
  return outcome(process_vm_readv(getppid(), &nowhere, 1, &nowhere, 1, 0));
}

}  // namespace

std::string probe(const std::string& name) {
  static const std::map<std::string, std::function<std::string()>> probes{
      {"network", network},
      {"processes", processes},
      {"machine", machine},
      {"hardening", hardening},
      {"descriptors", descriptors},
      {"files", files},
      {"threads", threads},
      {"password-hash", password_hash},
      {"rsa", rsa},
      {"token", token},
      {"run-program", run_program},
      {"trace", trace},
      {"read-memory", read_memory},
  };
  const auto found = probes.find(name);
  return found == probes.end() ? "no such probe" : found->second();
}

}  // namespace engine_test
