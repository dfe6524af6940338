#include "shamir/share_card.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>
#include <vector>

#include <qrencode.h>

#include "shamir/envelope.h"
#include "shamir/mode.h"
#include "shamir/share_lines.h"

namespace shamir {

namespace {

using base::ByteView;
using base::Error;
using base::ErrorCode;
using base::Result;

using Lines = std::array<std::string, kShareLines>;

// What the holder must know, on the card itself, because nothing else will be at hand in ten years.
constexpr std::array<std::string_view, 14> kInstructions = {
    "WHAT THIS IS  One share of a key, locked with your own passphrase.",
    "Alone it opens nothing, and without your passphrase nobody can use it.",
    "KEEP  it dry, dark and flat in the bag that it was sealed in, at the",
    "place agreed with you. Never keep the passphrase in the same place.",
    "Do not photograph it, copy it, type it or scan it, but in a ceremony.",
    "TO USE IT  Bring it to the ceremony. Its machine, which is on no",
    "network, scans the square or takes the lines; then you type your",
    "passphrase yourself, while nobody looks.",
    "Blanks and small letters do not matter. The letters I, L, O and U do not",
    "occur: a round sign is a zero, an upright stroke is a one.",
    "TELL the keeper of the key at once if it is lost or damaged, if its bag",
    "was opened, if somebody else may have read it, if you no longer know",
    "the passphrase, or if you leave your post. It can be replaced in time.",
    "WITHOUT THE PROGRAM  it opens with standard tools: see RECOVERY.md.",
};

constexpr std::string_view kTitle = "CONCLAVE - SHARE CARD";

std::string_view banner_of(Mode mode) {
  switch (mode) {
    case Mode::kProduction:
      return "";
    case Mode::kRehearsal:
      return "REHEARSAL - OPENS NOTHING REAL";
    case Mode::kDrill:
      return "DRILL - OPENS NOTHING REAL";
  }
  return "";
}

// " 7: ABCD EFGH JKMN PQRS TVWX YZ01", numbered from 1.
std::string numbered(const Lines& lines, std::size_t place) {
  const std::string number = std::to_string(place + 1);
  return std::string(number.size() < 2 ? 1 : 0, ' ') + number + ": " + lines.at(place);
}

// All characters of the card, without blanks: what the QR code holds.
std::string code_of(const Lines& lines) {
  std::string code;
  for (const std::string& line : lines) {
    std::copy_if(line.begin(), line.end(), std::back_inserter(code), [](char character) {
      return character != ' ';
    });
  }
  return code;
}

struct FreeInput {
  void operator()(QRinput* input) const { QRinput_free(input); }
};
struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

// A square of modules, row by row; true is dark.
struct Modules {
  std::size_t width = 0;
  std::vector<bool> dark;

  [[nodiscard]] bool at(std::size_t row, std::array<std::size_t, 1> column) const {
    return dark[row * width + column.front()];
  }
};

Result<Modules> encode(std::string_view text) {
  const Error failed{ErrorCode::kDeviceFailure,
                     "the QR code of the card could not be made, for want of memory; nothing was "
                     "written; close other programs and try again"};
  // Version 0: the smallest that holds the text.
  const std::unique_ptr<QRinput, FreeInput> input(QRinput_new2(0, QR_ECLEVEL_M));
  const base::ByteView bytes = base::bytes_of(text);
  if (input == nullptr ||
      QRinput_append(input.get(), QR_MODE_AN, static_cast<int>(bytes.size()), bytes.data()) != 0) {
    return failed;
  }
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeInput(input.get()));
  if (code == nullptr) {
    return failed;
  }
  Modules modules;
  modules.width = static_cast<std::size_t>(code->width);
  const ByteView data(code->data, modules.width * modules.width);
  for (const std::uint8_t module : data) {
    modules.dark.push_back((module & 1U) != 0);
  }
  return modules;
}

// Every run of dark modules of a row as one rectangle, in units of a module.
std::string path_of_row(const Modules& modules, std::size_t row) {
  std::string path;
  std::size_t column = 0;
  while (column < modules.width) {
    std::size_t end = column;
    while (end < modules.width && modules.at(row, {end})) {
      ++end;
    }
    if (end > column) {
      path += "M" + std::to_string(column) + " " + std::to_string(row) + "h" +
              std::to_string(end - column) + "v1H" + std::to_string(column) + "z";
    }
    column = end + 1;
  }
  return path;
}

std::string path_of(const Modules& modules) {
  std::string path;
  for (std::size_t row = 0; row < modules.width; ++row) {
    path += path_of_row(modules, row);
  }
  return path;
}

// Numbers in tenths of a millimetre, so that no decimal point depends on a locale.
struct TextAt {
  std::size_t x = 0;
  std::size_t y = 0;
  std::size_t size = 0;
  std::string_view style;  // further attributes, with a blank before each
};

std::string svg_text(const TextAt& at, std::string_view text) {
  return "<text x=\"" + std::to_string(at.x) + "\" y=\"" + std::to_string(at.y) +
         "\" font-size=\"" + std::to_string(at.size) + "\" xml:space=\"preserve\"" +
         std::string(at.style) + ">" + std::string(text) + "</text>\n";
}

constexpr std::size_t kQrSize = 560;
constexpr std::size_t kQuietModules = 4;  // ISO/IEC 18004 section 5.3.8

std::string svg_code(const Modules& modules) {
  const std::size_t width = modules.width + 2 * kQuietModules;
  return "<svg x=\"460\" y=\"215\" width=\"" + std::to_string(kQrSize) + "\" height=\"" +
         std::to_string(kQrSize) + "\" viewBox=\"0 0 " + std::to_string(width) + " " +
         std::to_string(width) + "\" shape-rendering=\"crispEdges\"><path transform=\"translate(" +
         std::to_string(kQuietModules) + " " + std::to_string(kQuietModules) + ")\" d=\"" +
         path_of(modules) + "\"/></svg>\n";
}

std::string svg_banner(Mode mode) {
  const std::string_view banner = banner_of(mode);
  if (banner.empty()) {
    return "";
  }
  return "<rect x=\"60\" y=\"120\" width=\"1360\" height=\"90\" fill=\"#b00020\"/>\n" +
         svg_text({.x = 740,
                   .y = 188,
                   .size = 64,
                   .style = " font-weight=\"bold\" fill=\"#fff\" text-anchor=\"middle\""},
                  banner);
}

}  // namespace

Result<std::string> card_text(ByteView envelope) {
  const Result<EnvelopeHeader> header = inspect_envelope(envelope);
  if (!header) {
    return header.error();
  }
  const Result<Lines> lines = write_share_lines(envelope);
  if (!lines) {
    return lines.error();
  }
  std::string text = std::string(kTitle) + "\n\n";
  if (const std::string_view banner = banner_of(header->mode); !banner.empty()) {
    const std::string rule(banner.size() + 8, '*');
    text += rule + "\n*** " + std::string(banner) + " ***\n" + rule + "\n\n";
  }
  for (std::size_t place = 0; place < lines->size(); ++place) {
    text += numbered(*lines, place) + "\n" + (place % 4 == 3 ? "\n" : "");
  }
  for (const std::string_view line : kInstructions) {
    text += std::string(line) + "\n";
  }
  return text;
}

Result<std::string> card_svg(ByteView envelope) {
  const Result<EnvelopeHeader> header = inspect_envelope(envelope);
  if (!header) {
    return header.error();
  }
  const Result<Lines> lines = write_share_lines(envelope);
  if (!lines) {
    return lines.error();
  }
  const Result<Modules> modules = encode(code_of(*lines));
  if (!modules) {
    return modules.error();
  }
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"148mm\" height=\"210mm\" "
      "viewBox=\"0 0 1480 2100\" font-family=\"DejaVu Sans Mono, Liberation Mono, monospace\">\n"
      "<rect width=\"1480\" height=\"2100\" fill=\"#fff\"/>\n";
  svg += svg_text({.x = 60, .y = 95, .size = 56, .style = " font-weight=\"bold\""}, kTitle);
  svg += svg_banner(header->mode) + svg_code(*modules);
  std::size_t y = 830;
  for (std::size_t place = 0; place < lines->size(); ++place) {
    svg += svg_text({.x = 270, .y = y, .size = 42, .style = ""}, numbered(*lines, place));
    y += place % 4 == 3 ? 54 : 44;
  }
  for (const std::string_view line : kInstructions) {
    svg += svg_text({.x = 150, .y = y, .size = 27, .style = ""}, line);
    y += 32;
  }
  svg += svg_text({.x = 150, .y = 2074, .size = 24, .style = " fill=\"#777\""},
                  "Nothing else is to be written on this card.");
  return svg + "</svg>\n";
}

}  // namespace shamir
