#include "crash/sweep.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "base/digest.h"
#include "support/temporary_folder.h"

namespace crash {

namespace {

using support::content_of;

constexpr std::uint64_t kSampleStride = 36;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? std::string() : value;
}

// Collects states, each once.
class States {
 public:
  explicit States(std::string record) : record_(std::move(record)) {}

  void add(const std::string& what, Tree tree) {
    if (known_.insert(digest_of(tree)).second) {
      points_.push_back({.label = record_ + " " + what, .tree = std::move(tree)});
    }
  }

  std::vector<Point> take() { return std::move(points_); }

 private:
  std::string record_;
  std::set<std::string> known_;
  std::vector<Point> points_;
};

// A write of which the medium took only a part, at an end or at a block of it; and one whose size
// got there before its bytes did.
void add_torn(const std::string& what,
              const Medium& before,
              const MediaCall& call,
              States& states) {
  constexpr std::size_t kBlock = 512;  // bytes
  const std::size_t size = call.data.size();
  std::set<std::size_t> parts{1, size / 2, size - 1};
  parts.insert(size / 2 / kBlock * kBlock);
  for (const std::size_t part : parts) {
    if (part == 0 || part >= size) {
      continue;
    }
    Medium torn = before;
    MediaCall taken = call;
    taken.data.resize(part);
    torn.apply(taken);
    states.add(what + " torn after " + std::to_string(part), torn.after(Loss::kNothing));
  }
  Medium zeroed = before;
  MediaCall zeros = call;
  std::fill(zeros.data.begin() + static_cast<std::ptrdiff_t>(size / 2), zeros.data.end(), '\0');
  zeroed.apply(zeros);
  states.add(what + " half zeros", zeroed.after(Loss::kNothing));
}

}  // namespace

std::vector<Point> points_of(const std::string& record,
                             const Medium& before,
                             const std::vector<MediaCall>& calls) {
  States states(record);
  Medium medium = before;
  states.add("call 0", medium.after(Loss::kNothing));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string what = "call " + std::to_string(i + 1);
    if (calls[i].kind == CallKind::kWrite) {
      add_torn(what, medium, calls[i], states);
    }
    if (!medium.apply(calls[i])) {
      std::fprintf(stderr,
                   "%s: %s does not fit: kind %d on %s %s\n",
                   record.c_str(),
                   what.c_str(),
                   static_cast<int>(calls[i].kind),
                   calls[i].path.c_str(),
                   calls[i].other.c_str());
      std::exit(2);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    states.add(what, medium.after(Loss::kNothing));
    states.add(what + " bytes lost", medium.after(Loss::kBytes));
    states.add(what + " names lost", medium.after(Loss::kBytesAndNames));
  }
  return states.take();
}

Selection Selection::from_environment() {
  Selection selection;
  const std::string seed = environment("CONCLAVE_SWEEP_SEED");
  selection.seed_ = seed.empty() ? std::random_device()() : std::stoull(seed);
  selection.lot_.seed(selection.seed_);
  if (environment("CONCLAVE_SWEEP") != "all") {
    const std::string stride = environment("CONCLAVE_SWEEP_STRIDE");
    selection.stride_ = stride.empty() ? kSampleStride : std::stoull(stride);
  }
  selection.only_ = environment("CONCLAVE_SWEEP_POINT");
  const std::string shard = environment("CONCLAVE_SHARD");
  if (const std::size_t slash = shard.find('/'); slash != std::string::npos) {
    selection.shard_ = std::stoull(shard.substr(0, slash));
    selection.shards_ = std::stoull(shard.substr(slash + 1));
  }
  if (selection.is_all() && !environment("CONCLAVE_SWEEP_STATE").empty()) {
    selection.state_ = environment("CONCLAVE_SWEEP_STATE") + "-" +
                       std::to_string(selection.shard_) + "-" + std::to_string(selection.shards_);
    selection.read_state();
  }
  return selection;
}

// The state's first line names the program and the scripts that it was made with.
void Selection::read_state() {
  std::string all = content_of("/proc/self/exe");
  for (const auto& [path, bytes] :
       Medium::read(std::filesystem::path(DATA_FOLDER) / "scripts").after(Loss::kNothing)) {
    all += path + (bytes == nullptr ? "" : *bytes);
  }
  const std::string made_with = base::sha256_hex(base::bytes_of(all));
  std::ifstream known(state_);
  std::string line;
  if (std::getline(known, line) && line == made_with) {
    while (std::getline(known, line)) {
      done_.insert(line);
    }
    return;
  }
  std::ofstream(state_, std::ios::trunc) << made_with << '\n';
}

void Selection::forget() {
  std::error_code ignored;
  std::filesystem::remove(state_, ignored);
}

std::string Selection::text() const {
  return (is_all() ? "every point" : "every " + std::to_string(stride_) + "th point") + ", shard " +
         std::to_string(shard_) + "/" + std::to_string(shards_) + ", seed " +
         std::to_string(seed_) +
         (done_.empty() ? "" : ", " + std::to_string(done_.size()) + " were good before");
}

std::uint64_t Selection::draw(std::uint64_t end) {
  return lot_() % end;
}

bool Selection::takes(const std::string& label) {
  if (!only_.empty()) {
    return label == only_;
  }
  const std::uint64_t number = next_++ + seed_;
  return number % stride_ == 0 && number / stride_ % shards_ == shard_ && !done_.contains(label);
}

void Selection::note_good(const std::string& label) {
  if (!state_.empty()) {
    std::ofstream(state_, std::ios::app) << label << '\n';
  }
}

}  // namespace crash
