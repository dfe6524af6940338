#include "base/machine.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/fit_machine.h"

using namespace base;

namespace {

// The same, and what the checks say of it.
class FakeMachine : public support::FitMachine {
 public:
  [[nodiscard]] std::vector<MachineCheck> checks() const { return check_machine(around); }

  // "severity rule field: message" of every finding, in order.
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> all;
    for (const MachineCheck& check : checks()) {
      for (const Finding& finding : check.findings) {
        CHECK(finding.rule == check.rule);
        CHECK(finding.source == "Conclave DESIGN 10");
        all.push_back(std::string(name_of(finding.severity)) + " " + finding.rule + " " +
                      finding.field + ": " + finding.message);
      }
    }
    return all;
  }

  [[nodiscard]] std::string only_finding() const {
    const auto all = findings();
    REQUIRE(all.size() == 1);
    return all.front();
  }

  [[nodiscard]] bool is_fit() const { return is_fit_for_production(checks()); }
};

}  // namespace

TEST_CASE("machine: one without fault is fit and every check says what passed") {
  const FakeMachine machine;
  CHECK(machine.findings().empty());
  CHECK(machine.is_fit());
  const auto checks = machine.checks();
  CHECK(checks.size() == 13);
  for (const MachineCheck& check : checks) {
    CHECK_FALSE(check.rule.empty());
    CHECK(check.passed.back() == '.');
  }
}

TEST_CASE("machine: every network interface but lo is named") {
  FakeMachine machine;
  machine.has_folder("sys/class/net/wlp3s0");
  machine.has_folder("sys/class/net/enp0s25");
  machine.has("sys/class/net/bonding_masters", "");
  const auto findings = machine.findings();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0] ==
        "error network-interface enp0s25: This computer can reach a network: it has the interface "
        "\"enp0s25\". Take the card out, or start from the Conclave image, which has no network "
        "drivers.");
  CHECK(findings[1].find("error network-interface wlp3s0") == 0);
  CHECK_FALSE(machine.is_fit());
}

TEST_CASE(
    "machine: an interface is found behind the link that the kernel makes, even a broken one") {
  FakeMachine machine;
  std::filesystem::create_directory_symlink("/nonexistent/eth0",
                                            machine.around.root / "sys/class/net/eth0");
  CHECK(machine.only_finding().find("error network-interface eth0") == 0);
}

TEST_CASE("machine: a container, which shows its own interfaces and not the computer's, is unfit") {
  for (const std::string_view name : {"pid", "user"}) {
    const std::string path = "proc/self/ns/" + std::string(name);
    FakeMachine machine;
    machine.links(path, std::string(name) + ":[4026532177]");
    CHECK(machine.only_finding() ==
          "error network-interface proc/self/ns: This program runs in a container, or cannot see "
          "that it does not, so nobody can say whether this computer can reach a network. Start it "
          "outside of containers, or from the Conclave image.");
    CHECK_FALSE(machine.is_fit());
    machine.lacks(path);
    CHECK_FALSE(machine.is_fit());
  }
}

TEST_CASE("machine: radio devices are named even where they have no interface") {
  FakeMachine machine;
  machine.has_folder("sys/class/ieee80211/phy0");
  machine.has_folder("sys/class/bluetooth/hci0");
  const auto findings = machine.findings();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0] ==
        "error radio-device phy0: This computer has the radio device \"phy0\". Take it out or turn "
        "it off in the firmware.");
  CHECK(findings[1].find("error radio-device hci0") == 0);
  CHECK_FALSE(machine.is_fit());
}

TEST_CASE("machine: swap is named") {
  FakeMachine machine;
  machine.has("proc/swaps",
              "Filename\tType\tSize\tUsed\tPriority\n"
              "/dev/sda2                               partition\t999420\t0\t-2\n"
              "/swapfile                               file\t999420\t0\t-3\n");
  const auto findings = machine.findings();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0] ==
        "error swap /dev/sda2: This computer may write secrets to disk: swap is on "
        "(\"/dev/sda2\"). Turn it off with \"swapoff -a\", or start from the Conclave image.");
  CHECK(findings[1].find("error swap /swapfile") == 0);
  CHECK_FALSE(machine.is_fit());
}

TEST_CASE("machine: core dumps count by where they go and by the limit") {
  struct Case {
    std::string_view pattern;
    std::uint64_t limit = 0;
    bool fit = false;
    std::string_view uses_pid = "0\n";
  };
  const std::vector<Case> cases = {{"|/bin/false\n", 0, true},
                                   {"|/bin/false\n", 1000, true},
                                   {"\n", 1000, true},
                                   {"\n", 0, true, "1\n"},
                                   {"\n", 1000, false, "1\n"},
                                   {"\n", 1000, false, ""},
                                   {"|/bin/false\n", 1000, true, "1\n"},
                                   {"core\n", 0, true},
                                   {"core\n", 1, false},
                                   {"/var/crash/%e\n", 1000, false},
                                   {"|/usr/share/apport %p\n", 0, false},
                                   {"|/bin/false2\n", 0, false},
                                   {"|/lib/systemd/systemd-coredump %P\n", 1000, false}};
  for (const Case& one : cases) {
    CAPTURE(one.pattern);
    FakeMachine machine;
    machine.has("proc/sys/kernel/core_pattern", one.pattern);
    machine.has("proc/sys/kernel/core_uses_pid", one.uses_pid);
    machine.around.core_limit_bytes = one.limit;
    CHECK(machine.is_fit() == one.fit);
    if (!one.fit) {
      CHECK(machine.only_finding().find(
                "This computer may write secrets to disk: core dumps are on. Turn them off with "
                "\"sysctl kernel.core_pattern=|/bin/false\"") != std::string::npos);
    }
  }
}

TEST_CASE("machine: memory that cannot be locked makes it unfit") {
  FakeMachine machine;
  machine.around.can_lock = false;
  machine.around.locked_limit_bytes = 65536;
  CHECK(machine.only_finding() ==
        "error locked-memory RLIMIT_MEMLOCK: This computer may write secrets to disk: it lets "
        "this program lock 64 KiB of memory, and 4096 KiB are needed. Raise the limit with "
        "\"ulimit -l\", or start from the Conclave image.");
  CHECK_FALSE(machine.is_fit());
}

TEST_CASE("machine: too little memory makes it unfit") {
  FakeMachine machine;
  machine.has("proc/meminfo", "MemTotal:        1799999 kB\n");
  CHECK(machine.only_finding() ==
        "error memory-size MemTotal: This computer has 1757 MiB of memory, too little for the "
        "protection of the shares, which needs 2 GB. Use another one.");
  CHECK_FALSE(machine.is_fit());
  machine.has("proc/meminfo", "MemTotal:        1800000 kB\n");
  CHECK(machine.is_fit());
}

TEST_CASE("machine: a clock behind the software makes it unfit") {
  FakeMachine machine;
  machine.around.now = start_of(kSourceDate) - std::chrono::seconds{1};
  CHECK(machine.only_finding() ==
        "error clock 2026-10-31T23:59:59Z: The clock shows 2026-10-31T23:59:59Z, before this "
        "software was made, so it is wrong. Set it to UTC by two watches.");
  CHECK_FALSE(machine.is_fit());
  machine.around.now = UtcTime{};
  CHECK_FALSE(machine.is_fit());
}

TEST_CASE("machine: what only weakens it is a warning, and it stays fit") {
  struct Case {
    std::string path;
    std::string content;
    std::string rule;
  };
  const std::vector<Case> cases = {
      {"proc/sys/kernel/yama/ptrace_scope", "0\n", "warning ptrace-scope"},
      {"proc/sys/kernel/yama/ptrace_scope", "", "warning ptrace-scope"},
      {"proc/cmdline", "quiet\n", "warning wipe-freed-memory"},
      {"proc/cmdline", "init_on_free=0\n", "warning wipe-freed-memory"},
      {"proc/cmdline", "xinit_on_free=1 init_on_free=10\n", "warning wipe-freed-memory"},
      {"proc/cmdline", "init_on_free=1 init_on_free=0\n", "warning wipe-freed-memory"},
      {"proc/cmdline", "quiet -- init_on_free=1\n", "warning wipe-freed-memory"},
      {"sys/power/state", "freeze mem disk\n", "warning hibernation"},
      {"sys/hypervisor/type", "xen\n", "warning virtual-machine"},
      {"proc/cpuinfo", "Features\t: fp asimd aes\n", "warning virtual-machine"},
      {"proc/cpuinfo", "flags\t: fpu hypervisor aes\n", "warning virtual-machine"}};
  for (const Case& one : cases) {
    CAPTURE(one.content);
    FakeMachine machine;
    machine.has(one.path, one.content);
    CHECK(machine.only_finding().find(one.rule) == 0);
    CHECK(machine.is_fit());
  }
}

TEST_CASE("machine: what is only worth knowing is a notice") {
  FakeMachine machine;
  machine.lacks("dev/hwrng");
  machine.around.is_root = true;
  const auto findings = machine.findings();
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].find("notice hardware-random dev/hwrng: ") == 0);
  CHECK(findings[1].find("notice user uid: This program runs as root") == 0);
  CHECK(machine.is_fit());
}

TEST_CASE("machine: what cannot be read is never taken as good news") {
  struct Case {
    std::string path;
    std::string finding;
    bool fit = false;
  };
  const std::vector<Case> cases = {
      {"sys/class/net", "error network-interface sys/class/net: ", false},
      {"proc/swaps", "error swap proc/swaps: ", false},
      {"proc/sys/kernel/core_pattern", "error core-dumps proc/sys/kernel/core_pattern: ", false},
      {"proc/meminfo", "error memory-size proc/meminfo: ", false},
      {"proc/sys/kernel/yama", "warning ptrace-scope ", true},
      {"proc/cmdline", "warning wipe-freed-memory ", true},
      {"proc/cpuinfo", "warning virtual-machine ", true}};
  for (const Case& one : cases) {
    CAPTURE(one.path);
    FakeMachine machine;
    machine.lacks(one.path);
    CHECK(machine.only_finding().find(one.finding) == 0);
    CHECK(machine.is_fit() == one.fit);
  }
  FakeMachine blind;
  blind.lacks("sys");
  std::vector<std::string> rules;
  for (const std::string& finding : blind.findings()) {
    rules.push_back(finding.substr(0, finding.find(':')));
  }
  CHECK(rules == std::vector<std::string>{"error network-interface sys/class/net",
                                          "error radio-device sys/class/ieee80211",
                                          "error radio-device sys/class/bluetooth",
                                          "warning hibernation sys/power/state"});
  FakeMachine machine;
  machine.has("proc/swaps", "");
  CHECK(machine.only_finding() ==
        "error swap proc/swaps: /proc/swaps could not be read, so nobody can say whether this "
        "computer is safe. Start it from the Conclave image.");
  for (const std::string_view text : {"",
                                      "MemTotal:",
                                      "MemTotal:   ",
                                      "MemTotal: x kB",
                                      "MemFree: 9 kB",
                                      "MemTotal: 99999999999999999999999 kB"}) {
    FakeMachine odd;
    odd.has("proc/meminfo", text);
    CHECK(odd.only_finding().find("error memory-size proc/meminfo: ") == 0);
  }
}

TEST_CASE("machine: what the kernel does not offer is no finding") {
  FakeMachine machine;
  machine.lacks("sys/power");
  CHECK(machine.findings().empty());
  machine.has("sys/class/bluetooth", "not a folder");
  CHECK(machine.only_finding().find("error radio-device sys/class/bluetooth: ") == 0);
}

TEST_CASE("machine: this computer can be looked at") {
  const Surroundings here = Surroundings::of_this_process();
  CHECK(here.root == "/");
  CHECK(here.now >= start_of(kSourceDate));
  CHECK(check_machine(here).size() == 13);
}
