// `conclave share split`: a secret becomes locked share files and a set header.

#include <algorithm>
#include <cctype>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

#include "base/media.h"
#include "base/random.h"
#include "base/text_encoding.h"
#include "ceremony/cli/share_command.h"
#include "shamir/dealer.h"
#include "shamir/quorum.h"
#include "shamir/share_set.h"
#include "shamir/slip39.h"

namespace ceremony::cli {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::SecretBytes;
using std::filesystem::path;

// One share to be: what its files are called, and its passphrase.
struct Holder {
  std::string tag;
  path passphrase_file;
  shamir::Passphrase passphrase;
  bool drawn = false;
};

// The files of this run, to be taken away again if it does not come to its end: a set of which
// some shares exist and others do not must never look like a set.
class WrittenFiles {
 public:
  WrittenFiles() = default;
  WrittenFiles(const WrittenFiles&) = delete;
  WrittenFiles& operator=(const WrittenFiles&) = delete;
  ~WrittenFiles() {
    for (const path& file : files_) {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
    }
  }

  template <typename Content>
  Result<void> save(const path& file, const Content& content) {
    const Result<base::SavedFile> saved = base::save_new(file, content);
    if (!saved) {
      return saved.error();
    }
    files_.push_back(file);
    return {};
  }

  void keep() { files_.clear(); }

 private:
  std::vector<path> files_;
};

std::string random_tag() {
  std::string tag = base::to_base32(base::random_bytes(5));
  std::transform(tag.begin(), tag.end(), tag.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return tag;
}

path share_file(const path& out, const std::string& tag) {
  return out / ("share-" + tag + ".conclave");
}

Result<void> make_folder(const path& folder) {
  std::error_code problem;
  if (std::filesystem::is_directory(folder, problem)) {
    return {};
  }
  return base::make_new_folder(folder);
}

// A folder that holds a set already would mix two of them.
Result<void> check_out(const path& out) {
  std::error_code problem;
  std::filesystem::directory_iterator entry(out, problem);
  if (problem == std::errc::no_such_file_or_directory) {
    return {};
  }
  while (!problem && entry != std::filesystem::directory_iterator()) {
    const path& file = entry->path();
    if (file.extension() == ".conclave" || file.filename() == "set.header") {
      return Error{ErrorCode::kRefusedByPolicy,
                   "the folder given by --out holds a share set already (" + label_of(file) +
                       "), and nothing is ever overwritten; nothing was written; give another "
                       "folder"};
    }
    entry.increment(problem);
  }
  if (problem) {
    return Error{
        ErrorCode::kStorageFailure,
        "the folder given by --out cannot be read: " + problem.message() + "; nothing was written"};
  }
  return {};
}

Result<std::vector<Holder>> drawn_holders(const path& folder, unsigned shares) {
  std::vector<Holder> holders;
  for (unsigned place = 0; place < shares; ++place) {
    const std::string tag = random_tag();
    holders.push_back(Holder{tag, folder / (tag + ".txt"), shamir::Passphrase::drawn(), true});
  }
  return holders;
}

Result<std::vector<Holder>> holders_of_files(const std::vector<path>& files) {
  std::vector<Holder> holders;
  for (const path& file : files) {
    Result<shamir::Passphrase> passphrase = read_passphrase(file);
    if (!passphrase) {
      return std::move(passphrase).error();
    }
    holders.push_back(Holder{file.stem().string(), file, std::move(*passphrase), false});
  }
  return holders;
}

// Passphrases that are in the folder, or new ones where there are none.
Result<std::vector<Holder>> make_holders(const path& folder, unsigned shares) {
  std::error_code problem;
  if (!std::filesystem::exists(folder, problem)) {
    return drawn_holders(folder, shares);
  }
  const Result<std::vector<path>> files = passphrase_files(folder);
  if (!files) {
    return files.error();
  }
  if (files->empty()) {
    return drawn_holders(folder, shares);
  }
  if (files->size() != shares) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "the folder of passphrases (--passphrase-dir) does not hold one file NAME.txt for "
                 "each share; nothing was written; complete it, or empty it to have them drawn"};
  }
  return holders_of_files(*files);
}

struct Costs {
  shamir::Mode mode = shamir::Mode::kProduction;
  shamir::KdfParameters kdf = shamir::kProductionKdf;
};

// What was asked for; the fast protection means a rehearsal where nothing else is said.
Costs costs_of(const SplitArguments& arguments) {
  const bool fast = arguments.kdf == "fast";
  std::string name = arguments.mode;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  const auto wanted = shamir::mode_of_name(name);
  return {.mode = wanted.value_or(fast ? shamir::Mode::kRehearsal : shamir::Mode::kProduction),
          .kdf = fast ? shamir::kFastKdf : shamir::kProductionKdf};
}

Result<void> check_secret(const SecretBytes& secret) {
  const std::size_t size = secret.size();
  if (size < shamir::kShortestSecret || size > shamir::kLongestLockedValue || size % 2 != 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "the secret must have an even number of bytes from 16 to 32, as keys have; "
                 "nothing was written; encrypt anything else under such a key and split the key"};
  }
  return {};
}

struct Made {
  shamir::SetHeader header;
  std::vector<shamir::HeldShare> held;
};

Result<Made> deal(const SecretBytes& secret, const shamir::Quorum& quorum, shamir::Mode mode) {
  const auto access = shamir::ConfidentialAccess::in_the_room();
  const SecretBytes no_passphrase(0);
  Result<std::vector<shamir::Slip39Share>> shares = shamir::split_master_secret(
      {.secret = secret, .passphrase = no_passphrase}, shamir::one_group(quorum, access));
  if (!shares) {
    return std::move(shares).error();
  }
  if (Result<void> proof = shamir::prove_one_polynomial(*shares); !proof) {
    return std::move(proof).error();
  }
  const shamir::Dealer dealer = shamir::Dealer::make();
  const shamir::SetIdentity set{.id = shamir::draw_set_id(), .mode = mode};
  Made made{.header = {.set = set,
                       .secret_bytes = secret.size(),
                       .commitment = shamir::commit_to(set.id, secret),
                       .dealer = dealer.public_key()},
            .held = {}};
  for (shamir::Slip39Share& share : *shares) {
    Result<shamir::HeldShare> held = dealer.sign(set, std::move(share));
    if (!held) {
      return std::move(held).error();
    }
    made.held.push_back(std::move(*held));
  }
  return made;
}

struct Job {
  path out;
  path passphrases;
  shamir::KdfParameters kdf;
};

Result<void> write_share(WrittenFiles& written,
                         const Job& job,
                         const Holder& holder,
                         const shamir::HeldShare& held) {
  if (holder.drawn) {
    if (Result<void> saved = written.save(holder.passphrase_file, holder.passphrase.text());
        !saved) {
      return saved;
    }
  }
  const Result<base::Bytes> envelope = shamir::lock_share(held, holder.passphrase, job.kdf);
  if (!envelope) {
    return envelope.error();
  }
  return written.save(share_file(job.out, holder.tag), *envelope);
}

// Reads every file again, opens it with the passphrase on the disk, and rebuilds the secret: only
// what was opened once counts as a share.
Result<void> read_back(const Job& job,
                       const std::vector<Holder>& holders,
                       const SecretBytes& secret) {
  const Result<shamir::SetHeader> header = read_header(job.out / "set.header");
  if (!header) {
    return header.error();
  }
  shamir::ShareSet set(*header);
  for (const Holder& holder : holders) {
    const path file = share_file(job.out, holder.tag);
    const Result<shamir::Passphrase> passphrase = read_passphrase(holder.passphrase_file);
    const Result<base::Bytes> envelope = read_envelope(file);
    if (!passphrase || !envelope) {
      return passphrase ? envelope.error() : passphrase.error();
    }
    if (Result<void> taken = set.present(
            {.envelope = *envelope, .passphrase = *passphrase, .label = label_of(file)});
        !taken) {
      return taken;
    }
  }
  const Result<SecretBytes> again = set.combine();
  if (!again) {
    return again.error();
  }
  if (!again->equals(secret)) {
    return Error{ErrorCode::kInconsistent, "the files do not give the secret back"};
  }
  return {};
}

Result<void> write_set(const Job& job,
                       const std::vector<Holder>& holders,
                       const Made& made,
                       const SecretBytes& secret) {
  for (const path& folder : {job.out, job.passphrases}) {
    if (Result<void> folder_made = make_folder(folder); !folder_made) {
      return folder_made;
    }
  }
  WrittenFiles written;
  for (std::size_t place = 0; place < holders.size(); ++place) {
    if (Result<void> share = write_share(written, job, holders[place], made.held[place]); !share) {
      return share;
    }
  }
  const Result<std::string> header = shamir::write_set_header(made.header);
  if (!header) {
    return header.error();
  }
  if (Result<void> saved = written.save(job.out / "set.header", base::bytes_of(*header)); !saved) {
    return saved;
  }
  if (Result<void> proof = read_back(job, holders, secret); !proof) {
    return std::move(proof).error().while_doing(
        "reading the new shares back, which failed, so all of them were removed again");
  }
  written.keep();
  return {};
}

Result<void> split(const SplitArguments& arguments) {
  const Result<shamir::Quorum> quorum =
      shamir::Quorum::of({.threshold = arguments.threshold, .shares = arguments.shares});
  if (!quorum) {
    return quorum.error();
  }
  const Costs costs = costs_of(arguments);
  if (costs.mode == shamir::Mode::kProduction && costs.kdf == shamir::kFastKdf) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "--kdf fast is for rehearsals and drills, and this is PRODUCTION; nothing was "
                 "written; leave --kdf out"};
  }
  if (Result<void> out = check_out(arguments.out); !out) {
    return out;
  }
  const Result<std::vector<Holder>> holders =
      make_holders(arguments.passphrase_dir, arguments.shares);
  if (!holders) {
    return holders.error();
  }
  const Result<SecretBytes> secret =
      read_secret(arguments.raw ? SecretForm::kRaw : SecretForm::kHex);
  if (!secret) {
    return secret.error();
  }
  if (Result<void> size = check_secret(*secret); !size) {
    return size;
  }
  const Result<Made> made = deal(*secret, *quorum, costs.mode);
  if (!made) {
    return made.error();
  }
  const Job job{.out = arguments.out, .passphrases = arguments.passphrase_dir, .kdf = costs.kdf};
  return write_set(job, *holders, *made, *secret);
}

}  // namespace

ExitCode split_locked(const SplitArguments& arguments) {
  const Result<void> done = split(arguments);
  if (!done) {
    return report(done.error());
  }
  std::cerr << "conclave: the shares were written to " << arguments.out
            << ", read back, opened with the passphrases in " << arguments.passphrase_dir
            << ", and gave the secret back\n";
  return ExitCode::kDone;
}

}  // namespace ceremony::cli
