#include "ceremony/transcript_verifier.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "ceremony/report.h"
#include "support/public_folders.h"
#include "support/sample_record.h"
#include "support/temporary_folder.h"

namespace {

using ceremony::RecordState;

std::vector<ceremony::PaperSigner> signers_of(const std::string& content) {
  auto signers = ceremony::parse_signers(content);
  REQUIRE(signers);
  return std::move(signers).value();
}

}  // namespace

TEST_CASE("verifier: a good record is verified with the signers, and only consistent without") {
  const support::TemporaryFolder folder;
  const auto record =
      support::make_sample_record({.folder = folder.path(), .verify_py = {}, .quorum = {}});
  const auto paper = signers_of(support::content_of(record.signers_file));
  const auto verdict = ceremony::verify_record(record.public_folder, paper);
  REQUIRE(verdict);
  CHECK(verdict->state == RecordState::kVerified);
  CHECK(verdict->ceremonies.size() == 3);
  CHECK(verdict->findings.empty());
  const auto alone = ceremony::verify_record(record.public_folder, std::nullopt);
  CHECK(alone->state == RecordState::kSignersUnverified);
  CHECK(alone->findings.front().finding.rule == "record-signers-not-verified");
  CHECK(ceremony::verdict_text(*alone).find("CONSISTENT, SIGNERS NOT VERIFIED\n") !=
        std::string::npos);
  CHECK(ceremony::verify_record(folder / "none", paper).error().code == base::ErrorCode::kNotFound);
  // What the mutations in tests/record find in folders, here for the library's own coverage.
  std::filesystem::remove(record.public_folder / "0002-subordinate-signing" / "seal.note");
  const auto broken = ceremony::verify_record(record.public_folder, paper);
  CHECK(broken->state == RecordState::kBroken);
  CHECK(broken->findings.front().file == "0002-subordinate-signing/seal.note");
  CHECK(ceremony::verdict_text(*broken) ==
        "0002-subordinate-signing/seal.note: this file is missing\nNOT VERIFIED\n");
}

TEST_CASE("verifier: a role of the paper roster that nobody fills is missed, unless optional") {
  const support::TemporaryFolder folder;
  const auto record =
      support::make_sample_record({.folder = folder.path(), .verify_py = {}, .quorum = {}});
  const std::string content = support::content_of(record.signers_file);
  const ceremony::NoteSigner signer{"pki.example/x/director", base::SecretBytes::random(32)};
  const std::string vkey = ceremony::vkey_of(signer).value().text();
  const auto strict = ceremony::verify_record(record.public_folder, signers_of(content + vkey));
  CHECK(strict->state == RecordState::kBroken);
  CHECK(strict->findings.front().finding.message ==
        "entry 1: nobody has the role director here, but the paper roster does not call it "
        "optional");
  const auto lenient = ceremony::verify_record(record.public_folder,
                                               signers_of(content + vkey + " optional # away\n"));
  CHECK(lenient->state == RecordState::kVerified);
}

TEST_CASE("signers file: a line that is no key is named") {
  const ceremony::NoteSigner signer{"a/b", base::SecretBytes::random(32)};
  const std::string vkey = ceremony::vkey_of(signer).value().text();
  const auto message = [](const std::string& content) {
    return ceremony::parse_signers(content).error().message;
  };
  CHECK(message("") == "the signers file holds no key");
  CHECK(message("# nobody\n\n") == "the signers file holds no key");
  CHECK(message("# paper\n" + vkey + " maybe\n") ==
        "line 2 of the signers file: after the key only the word \"optional\" may follow");
  CHECK(message(vkey + "\n" + vkey + "\n") ==
        "line 2 of the signers file: this key stands there twice");
  CHECK(message("somebody\n").rfind("line 1 of the signers file: ", 0) == 0);
}

TEST_CASE("record: the public folders of other thresholds and share counts have one shape") {
  const support::TemporaryFolder folder;
  std::filesystem::path first;
  for (const auto& quorum :
       {support::SampleQuorum{2, 5}, support::SampleQuorum{4, 7}, support::SampleQuorum{13, 16}}) {
    const auto place = folder / std::to_string(quorum.shares);
    std::filesystem::create_directory(place);
    const auto record =
        support::make_sample_record({.folder = place, .verify_py = {}, .quorum = quorum});
    first = first.empty() ? record.public_folder : first;
    CHECK(support::first_difference_in_shape(first, record.public_folder) == "");
  }
  support::plant(first / "head.txt", "x");
  CHECK(support::first_difference_in_shape(first, folder / "7/public") != "");
}

TEST_CASE("report: everything from a transcript is escaped, and what is invisible is shown") {
  CHECK(ceremony::escaped_html("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  // NOLINTNEXTLINE(misc-misleading-bidirectional): this is what must be shown
  CHECK(ceremony::escaped_html("a\xe2\x80\xae") == "a<span class=\"sign\">U+202E</span>");
  CHECK(ceremony::escaped_html("\xc3\xb6\xf0\x9f\x94\x91") == "&#x00F6;&#x1F511;");
  for (const char* const hidden :
       {"\x01",
        "\n",
        "\x7f",
        "\xc2\xa0",
        "\xe2\x80\x8b",
        // NOLINTNEXTLINE(misc-misleading-bidirectional): this is what must be shown
        "\xe2\x81\xa6",
        "\xef\xbb\xbf",
        "\xf3\xa0\x80\x81",
        "\xdc\x8f",          // Syriac abbreviation mark
        "\xf0\x9d\x85\xb3",  // musical symbol begin beam
        "\xff",
        "\xe2\x80"}) {
    CHECK(ceremony::escaped_html(hidden).rfind("<span class=\"sign\">U+", 0) == 0);
  }
}

TEST_CASE("report: the same from the same transcripts, and it says that it is not the record") {
  const support::TemporaryFolder folder;
  const auto record =
      support::make_sample_record({.folder = folder.path(), .verify_py = {}, .quorum = {}});
  std::vector<ceremony::ReportedCeremony> ceremonies;
  for (const char* const name :
       {"0001-root-generation", "0002-subordinate-signing", "0003-evaluation"}) {
    const auto transcript =
        ceremony::Transcript::read(record.public_folder / name / "transcript.log");
    REQUIRE(transcript);
    ceremonies.push_back({name, *transcript});
  }
  const std::string html = ceremony::report_html(ceremonies);
  CHECK(html == support::content_of(record.public_folder / "report.html"));
  CHECK(html.find("This page is not the record.") != std::string::npos);
  CHECK(html.find("CN=Root &lt;G1&gt; &amp; &#x05E9;<span class=\"sign\">U+202E</span>") !=
        std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("32 digests") != std::string::npos);
}
