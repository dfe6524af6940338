#include "base/posix_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <sodium.h>

#include "base/digest.h"

namespace base {

namespace {

constexpr char32_t kNoCharacter = 0xffffffff;

// One character of a text in UTF-8.
struct Character {
  char32_t code = kNoCharacter;
  std::size_t size_bytes = 1;
};

// RFC 3629. A byte that begins no character is kNoCharacter by itself.
Character first_of(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const int ones = std::countl_one(first);  // how many bytes it says that it has
  if (ones == 0) {
    return {first, 1};
  }
  const auto size = static_cast<std::size_t>(ones);
  if (ones == 1 || ones > 4 || size > text.size()) {
    return {};
  }
  char32_t code = first & (0x7fU >> size);
  for (const char next : text.substr(1, size - 1)) {
    const auto byte = static_cast<unsigned char>(next);
    if (std::countl_one(byte) != 1) {
      return {};
    }
    code = (code << 6U) | (byte & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kSmallest.at(size) || code > 0x10ffff || is_surrogate ? Character{}
                                                                      : Character{code, size};
}

// Not what a terminal obeys, what turns the order of others around, or what cannot be seen.
// Source: Unicode 15, general categories Cc, Cf, Zl and Zp.
bool is_shown(char32_t code) {
  constexpr std::array<std::pair<char32_t, char32_t>, 13> kHidden = {
      {{0x00, 0x1f},
       {0x7f, 0x9f},
       {0xad, 0xad},
       {0x61c, 0x61c},
       {0x180e, 0x180e},
       {0x200b, 0x200f},
       {0x2028, 0x202e},
       {0x2060, 0x206f},
       {0xfeff, 0xfeff},
       {0xfff9, 0xfffb},
       {0xe0000, 0xe0fff},
       {0x1d173, 0x1d17a},
       {kNoCharacter, kNoCharacter}}};
  return std::none_of(kHidden.begin(), kHidden.end(), [code](const auto& range) {
    return code >= range.first && code <= range.second;
  });
}

// What is true of the medium, and what to do now.
std::string reason_and_remedy(int error_number) {
  switch (error_number) {
    case 0:
      return "it ends too early. Use another copy";
    case ENOSPC:
      return "the medium is full. Use a medium with more free space and do this step again";
    case EDQUOT:
      return "the space allowed on this medium is used up. Use another medium and do this step "
             "again";
    case EROFS:
      return "the medium is write-protected. Release its switch or use another medium, and do "
             "this step again";
    case EFBIG:
      return "the system allows no larger file. Use another medium and do this step again";
    case EIO:
    case ENODEV:
    case ENXIO:
      return "the medium was removed or is failing. Nothing on it counts from this step; insert "
             "another medium and do this step again";
    case EACCES:
    case EPERM:
      return "the system does not allow it here. Choose another folder or medium";
    case ENOENT:
    case ENOTDIR:
      return "its folder does not exist. Insert the medium, or check the folder's name";
    case EMFILE:
    case ENFILE:
      return "too many files are open. Close this program, start it again, and do this step again";
    case EINTR:
      return "the system interrupted it. Do this step again";
    default:
      return std::generic_category().message(error_number) +
             ". Use another medium and do this step again";
  }
}

Error not_regular(const std::filesystem::path& path) {
  return Error{ErrorCode::kRefusedByPolicy,
               in_quotes(path) +
                   " is a link, a folder or a device, so it is not read. "
                   "Put the file itself on the medium."};
}

int compare_with_medium(int number, ByteView expected, std::span<std::uint8_t> scratch) {
  std::size_t done = 0;
  while (done < expected.size()) {
    const auto part = scratch.first(std::min(scratch.size(), expected.size() - done));
    const std::ptrdiff_t count = read_up_to(number, part);
    if (count < 0) {
      return errno;
    }
    if (std::cmp_not_equal(count, part.size()) ||
        sodium_memcmp(part.data(), expected.data() + done, part.size()) != 0) {
      return EILSEQ;
    }
    done += part.size();
  }
  const std::ptrdiff_t beyond = read_up_to(number, scratch.first(1));
  if (beyond < 0) {
    return errno;
  }
  return beyond == 0 ? 0 : EILSEQ;
}

Result<void> write_durably(FileDescriptor file,
                           const ParentFolder& parent,
                           const NewFile& target,
                           ByteView bytes) {
  if (const int error = write_all(file.number(), bytes); error != 0) {
    return storage_error({target.path, "written", error});
  }
  // An fsync that failed once is lost: the kernel forgets the pages. It is never tried again.
  if (fsync(file.number()) != 0) {
    return storage_error({target.path, "made durable", errno});
  }
  if (const int error = file.close_now(); error != 0) {
    return storage_error({target.path, "closed", error});
  }
  if (fsync(parent.folder.number()) != 0) {
    return storage_error({target.path, "made durable in its folder", errno});
  }
  return {};
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    static_cast<void>(close_now());
    number_ = other.release();
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  static_cast<void>(close_now());
}

int FileDescriptor::release() {
  return std::exchange(number_, -1);
}

int FileDescriptor::close_now() {
  const int number = release();
  if (number < 0) {
    return 0;
  }
  return close(number) == 0 ? 0 : errno;
}

std::string fit_for_terminal(std::string_view line) {
  std::string shown;
  for (std::string_view rest = line; !rest.empty();) {
    const Character first = first_of(rest);
    shown += is_shown(first.code) ? rest.substr(0, first.size_bytes) : "?";
    rest.remove_prefix(first.size_bytes);
  }
  return shown;
}

std::string in_quotes(const std::filesystem::path& path) {
  return "\"" + fit_for_terminal(path.string()) + "\"";
}

Error storage_error(const StorageFault& fault) {
  return Error{ErrorCode::kStorageFailure,
               "The file " + in_quotes(fault.path) + " could not be " + std::string(fault.act) +
                   ": " + reason_and_remedy(fault.error_number) + "."};
}

Result<ParentFolder> open_parent(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (name.empty() || name == "." || name == "..") {
    return Error{ErrorCode::kInvalidArgument,
                 in_quotes(path) + " does not end in the name of a file. Give it a name."};
  }
  const std::filesystem::path folder = path.parent_path().empty() ? "." : path.parent_path();
  FileDescriptor opened(
      retry_interrupted([&] { return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!opened.is_open()) {
    return storage_error({path, "made", errno});
  }
  return ParentFolder{std::move(opened), name};
}

Result<OpenedFile> open_regular_file(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe that somebody left on a stick must not wait for ever.
  FileDescriptor file(retry_interrupted(
      [&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); }));
  if (!file.is_open() && (errno == ENOENT || errno == ENOTDIR)) {
    return Error{ErrorCode::kNotFound,
                 "There is no file " + in_quotes(path) + ". Check the medium and the name."};
  }
  if (!file.is_open()) {
    // ENXIO: a socket, or a device that is not there.
    return errno == ELOOP || errno == ENXIO ? not_regular(path)
                                            : storage_error({path, "opened", errno});
  }
  struct stat about {};
  if (fstat(file.number(), &about) != 0) {
    return storage_error({path, "opened", errno});
  }
  if (!S_ISREG(about.st_mode)) {
    return not_regular(path);
  }
  return OpenedFile{std::move(file), static_cast<std::uint64_t>(about.st_size)};
}

int write_all(int number, ByteView bytes) {
  while (!bytes.empty()) {
    const auto count = retry_interrupted([&] { return write(number, bytes.data(), bytes.size()); });
    if (count < 0) {
      return errno;
    }
    if (count == 0) {
      return ENOSPC;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return 0;
}

int forget_cached(int number) {
  return posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED);
}

Result<void> make_durable(const FileDescriptor& file,
                          const ParentFolder& parent,
                          const std::filesystem::path& path) {
  if (fsync(file.number()) != 0 || fsync(parent.folder.number()) != 0) {
    return storage_error({path, "made durable", errno});
  }
  return {};
}

Result<void> settle(const FileDescriptor& file, const std::filesystem::path& path) {
  const Result<ParentFolder> parent = open_parent(path);
  if (!parent) {
    return parent.error();
  }
  if (auto durable = make_durable(file, *parent, path); !durable) {
    return durable;
  }
  if (const int error = forget_cached(file.number()); error != 0) {
    return storage_error({path, "read", error});
  }
  return {};
}

Error removed_after(const ParentFolder& parent, Error error) {
  if (unlinkat(parent.folder.number(), parent.name.c_str(), 0) != 0 && errno != ENOENT) {
    error.message += " The unfinished file could not be removed: do not use this medium.";
    return error;
  }
  // If this fails the name may come back after a power cut; reading it would show that it is torn.
  static_cast<void>(fsync(parent.folder.number()));
  return error;
}

std::ptrdiff_t read_up_to(int number, std::span<std::uint8_t> target) {
  std::size_t done = 0;
  while (done < target.size()) {
    const auto count =
        retry_interrupted([&] { return read(number, target.data() + done, target.size() - done); });
    if (count < 0) {
      return -1;
    }
    if (count == 0) {
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  return static_cast<std::ptrdiff_t>(done);
}

Result<FileDescriptor> open_new(const PlaceInFolder& place, const NewFile& target) {
  FileDescriptor file(openat(place.folder.number(),
                             place.name.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                             target.mode));
  if (!file.is_open() && errno == EEXIST) {
    return Error{ErrorCode::kRefusedByPolicy,
                 "The file " + in_quotes(target.path) +
                     " already exists, and nothing is ever overwritten. Choose another name."};
  }
  if (!file.is_open()) {
    return storage_error({target.path, "made", errno});
  }
  return file;
}

Result<void> read_back(const PlaceInFolder& place,
                       const NewFile& target,
                       ByteView bytes,
                       std::span<std::uint8_t> scratch) {
  const FileDescriptor file(retry_interrupted([&] {
    return openat(place.folder.number(), place.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  }));
  if (!file.is_open()) {
    return storage_error({target.path, "read back", errno});
  }
  if (const int error = forget_cached(file.number()); error != 0) {
    return storage_error({target.path, "read back", error});
  }
  const int compared = compare_with_medium(file.number(), bytes, scratch);
  if (compared == EILSEQ) {
    return Error{ErrorCode::kStorageFailure,
                 "The file " + in_quotes(target.path) +
                     " came back different from what was written, so the medium cannot be "
                     "trusted. Use another medium and do this step again."};
  }
  if (compared != 0) {
    return storage_error({target.path, "read back", compared});
  }
  return {};
}

Result<std::string> save_exclusive(const NewFile& target,
                                   ByteView bytes,
                                   std::span<std::uint8_t> scratch) {
  const Result<ParentFolder> parent = open_parent(target.path);
  if (!parent) {
    return parent.error();
  }
  Result<FileDescriptor> file = open_new({parent->folder, parent->name}, target);
  if (!file) {
    return file.error();
  }
  if (const auto written = write_durably(std::move(*file), *parent, target, bytes); !written) {
    return removed_after(*parent, written.error());
  }
  if (const auto same = read_back({parent->folder, parent->name}, target, bytes, scratch); !same) {
    return removed_after(*parent, same.error());
  }
  return sha256_hex(bytes);
}

}  // namespace base
