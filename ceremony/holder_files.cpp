#include "ceremony/holder_files.h"

#include <utility>

#include "base/media.h"
#include "ceremony/own_outputs.h"
#include "shamir/share_card.h"
#include "shamir/share_lines.h"

namespace ceremony {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
namespace fs = std::filesystem;

constexpr std::size_t kLargestShare = 4096;
constexpr std::size_t kLargestCard = 1U << 20U;

Error copy_differs(const char* name) {
  return Error{ErrorCode::kInconsistent,
               std::string(name) +
                   " is not what was written: it does not show the share that lies beside it; "
                   "destroy this copy, and write the share again"};
}

// Whether the file holds exactly `expected`.
Result<void> compare_copy(const fs::path& path, std::string_view expected) {
  auto bytes = base::read_file(path, kLargestCard);
  if (!bytes) {
    return std::move(bytes).error();
  }
  if (base::text_of(*bytes) != expected) {
    return copy_differs(path.filename().c_str());
  }
  return {};
}

}  // namespace

Result<void> write_holder_files(const Workplace& work,
                                const fs::path& folder,
                                base::ByteView envelope) {
  if (auto saved = save_own(work, folder / kShareFile, envelope); !saved) {
    return saved;
  }
  return write_card_files(work, folder, envelope);
}

Result<void> write_card_files(const Workplace& work,
                              const fs::path& folder,
                              base::ByteView envelope) {
  auto text = shamir::card_text(envelope);
  if (!text) {
    return std::move(text).error();
  }
  auto svg = shamir::card_svg(envelope);
  if (!svg) {
    return std::move(svg).error();
  }
  if (auto saved = save_own(work, folder / kCardText, base::bytes_of(*text)); !saved) {
    return saved;
  }
  return save_own(work, folder / kCardSvg, base::bytes_of(*svg));
}

Result<void> compare_card_files(const fs::path& folder, base::ByteView envelope) {
  auto text = shamir::card_text(envelope);
  auto svg = shamir::card_svg(envelope);
  if (!text || !svg) {
    return copy_differs(kShareFile);
  }
  if (auto same = compare_copy(folder / kCardText, *text); !same) {
    return same;
  }
  return compare_copy(folder / kCardSvg, *svg);
}

Result<base::Bytes> read_share_file(const fs::path& folder) {
  return base::read_file(folder / kShareFile, kLargestShare);
}

Result<base::Bytes> read_back_copies(const fs::path& folder) {
  auto envelope = read_share_file(folder);
  if (!envelope) {
    return envelope;
  }
  auto card = base::read_file(folder / kCardText, kLargestCard);
  if (!card) {
    return std::move(card).error();
  }
  auto typed = shamir::read_share_lines(base::text_of(*card));
  if (!typed) {
    return std::move(typed).error().while_doing(kCardText);
  }
  if (*typed != *envelope) {
    return copy_differs(kCardText);
  }
  if (auto same = compare_card_files(folder, *envelope); !same) {
    return std::move(same).error();
  }
  return envelope;
}

}  // namespace ceremony
