#include "ceremony/script_page.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "ceremony/page_parts.h"
#include "ceremony/plan_needs.h"
#include "ceremony/plan_reserve.h"
#include "ceremony/report.h"
#include "ceremony/script_page_style.h"

namespace ceremony {

namespace {

constexpr int kExceptionRows = 6;

// "internal-witness" as people read it.
std::string spelled(std::string name) {
  for (char& letter : name) {
    letter = letter == '-' ? ' ' : letter;
  }
  return name;
}

std::string mode_html(const Script& script, const Plan* plan) {
  if (plan != nullptr) {
    const std::string name(name_of(plan->mode));
    return tagged("span", "class=\"mode " + name + "\"", name);
  }
  std::string boxes;
  for (const Mode mode : script.modes) {
    boxes += "<span class=\"box\"></span>" + std::string(name_of(mode)) + " &#160; ";
  }
  return boxes;
}

std::string cover_sheet(const Script& script, const Plan* plan) {
  const auto planned = [&](std::string Plan::*member) {
    return plan == nullptr ? std::string() : escaped_html(plan->*member);
  };
  const std::string number = plan == nullptr ? std::string() : escaped_html(numbered(*plan));
  return "<header><p class=\"kind\">Ceremony script</p>" +
         tagged("h1", "", escaped_html(script.title)) +
         "<p class=\"not-record\">To be followed, initialled and kept with the papers of the day. "
         "It is not the record: that is the transcript which the machine keeps and the officers "
         "sign.</p></header><table class=\"facts\"><tbody>" +
         fact_row("Mode", mode_html(script, plan)) + fact_row("Number in the chain", number) +
         fact_row("Date (UTC)", planned(&Plan::date)) + fact_row("Site", planned(&Plan::site)) +
         fact_row("Origin of the seal", planned(&Plan::origin)) +
         fact_row("Head of the record before",
                  plan == nullptr ? std::string()
                                  : tagged("code", "", escaped_html(plan->previous_head))) +
         fact_row("Plan, SHA-256, in 32 words",
                  plan == nullptr ? std::string() : digest_html(plan->sha256)) +
         fact_row("Script, SHA-256, in 32 words", digest_html(script.sha256)) + "</tbody></table>";
}

std::string people_table(const Script& script) {
  std::vector<RoleNeed> roles = roles_needed(script);
  roles.push_back({.role = "auditor", .title = {}});
  std::string rows;
  for (const RoleNeed& need : roles) {
    rows +=
        tagged("tr",
               "",
               tagged("th", "scope=\"row\"", escaped_html(spelled(need.role))) + table_cell("") +
                   table_cell("") + table_cell("") + table_cell("") + table_cell(""));
  }
  rows += "<tr><th scope=\"row\"></th><td></td><td></td><td></td><td></td><td></td></tr>";
  return "<h2>Officers and observers</h2><p>Everybody signs here on arrival. Key executives do "
         "not: "
         "they sign in on a sheet of their own, which is confidential.</p>"
         "<table class=\"sign-in\"><thead><tr><th>Role</th><th>Name, printed</th>"
         "<th>Signature</th><th>Initials</th><th>In (UTC)</th><th>Out (UTC)</th></tr></thead>"
         "<tbody>" +
         rows + "</tbody></table>";
}

std::string root_rows(const PlannedRoot& root) {
  return fact_row("Root certificate",
                  escaped_html("C=" + root.name.country + ", O=" + root.name.organization +
                               ", CN=" + root.name.common_name)) +
         fact_row("Key, profile",
                  escaped_html(std::string(ca::name_of(root.algorithm)) + ", " + root.profile)) +
         fact_row("Valid, both days included",
                  escaped_html(root.not_before + " to " + root.not_after));
}

std::string crl_rows(const PlannedCrl& crl) {
  std::string rows = fact_row(
      "CRL", escaped_html("this update " + crl.this_update + ", next update " + crl.next_update));
  if (!crl.next_ceremony.empty()) {
    rows += fact_row("Next ceremony that makes a CRL", escaped_html(crl.next_ceremony));
  }
  const std::vector<DaysOfCrl> row = days_of_crls(crl);
  for (std::size_t i = 1; i < row.size(); ++i) {
    rows += fact_row(
        "Reserve CRL " + std::to_string(i),
        escaped_html("from " + row[i].this_update + " on, next update " + row[i].next_update));
  }
  if (crl.ocsp) {
    rows += fact_row("OCSP", "a response of the root for each subordinate that is still valid");
  }
  for (const PlannedRevocation& one : crl.revocations) {
    rows += fact_row("Revoked",
                     tagged("code", "", escaped_html(one.serial)) +
                         escaped_html(" since " + one.date + ", " + one.reason));
  }
  return rows;
}

std::string request_rows(const PlannedRequest& request) {
  std::string rows = fact_row(
      "Request " + request.file,
      escaped_html(request.profile + ", " + request.not_before + " to " + request.not_after) +
          "<br>" + digest_html(request.sha256));
  for (const PlannedPredecessor& before : request.follows) {
    rows += fact_row("follows " + before.file,
                     escaped_html(before.as) + "<br>" + digest_html(before.sha256));
  }
  return rows;
}

std::string batch_rows(const PlannedBatch& batch) {
  return fact_row("Requests of the list " + batch.list,
                  escaped_html(batch.terms.profile + ", " + batch.terms.not_before + " to " +
                               batch.terms.not_after) +
                      "<br>" + digest_html(batch.sha256));
}

// What the plan wants done. Nothing of the annex is known here.
std::string planned_work(const Plan& plan) {
  std::string rows;
  if (plan.root) {
    rows += root_rows(*plan.root);
  }
  for (const PlannedRequest& request : plan.requests) {
    rows += request_rows(request);
  }
  if (plan.batch) {
    rows += batch_rows(*plan.batch);
  }
  if (plan.crl) {
    rows += crl_rows(*plan.crl);
  }
  return rows.empty() ? rows
                      : "<h2>What is to be done</h2><table class=\"facts\"><tbody>" + rows +
                            "</tbody></table>";
}

constexpr std::string_view kHowToUse =
    "<h2>How this script is used</h2><ol class=\"rules\">"
    "<li>The director reads <q>what is said</q> aloud, word for word. Nothing else is part of the "
    "ceremony.</li>"
    "<li>One role acts, another one acknowledges; each confirms the step with an own PIN. The one "
    "who acknowledges then writes initials and time (UTC) here.</li>"
    "<li>Whoever sees something that is not as it should be says: <b>stop</b>. Hands leave the "
    "keyboard, and the exception is recorded before anything else is done.</li>"
    "<li>Shares, their number, who holds them and where are never said aloud and never written on "
    "this paper.</li>"
    "<li>A bar at the left marks what cannot be undone. <span class=\"tag private\">private</span> "
    "means: only the one at the screen looks at it.</li></ol>";

struct KindWords {
  StepKind kind;
  std::string_view does;     // what happens
  std::string_view records;  // what the record will say
};

constexpr std::array kKindWords{
    KindWords{StepKind::kAttest, "Say that it is so", "who said so"},
    KindWords{StepKind::kNotify, "Tell those who are elsewhere", "that they were told"},
    KindWords{StepKind::kWait, "Wait until the time of the plan", "that the time has passed"},
    KindWords{StepKind::kMeasure, "The machine looks and measures", "what was measured"},
    KindWords{StepKind::kCompare, "Compare what is expected with what is seen", "that they agree"},
    KindWords{StepKind::kReadAloud, "Read the words aloud", "that they were read"},
    KindWords{StepKind::kCompute, "The machine works", "the result"},
    KindWords{StepKind::kUnseal, "Open the bag or safe, compare its number", "the number, whole"},
    KindWords{StepKind::kDraw, "Draw by lot", "that it was drawn"},
    KindWords{
        StepKind::kEnterSecret, "One after the other, alone at the screen", "that it is done"},
    KindWords{StepKind::kReadback, "Open anew what was written", "that all of it opens"},
    KindWords{StepKind::kLint, "The machine checks; nothing may be found", "what was checked"},
    KindWords{StepKind::kConsent, "Compare with the plan, then type the phrase", "the agreement"},
    KindWords{StepKind::kSign, "The root key signs", "the digest of what was signed"},
    KindWords{StepKind::kWrite, "Write, and read back from the medium", "the digests"},
    KindWords{StepKind::kPointOfNoReturn, "Type the phrase. There is no way back", "the decision"},
    KindWords{StepKind::kDestroy, "Destroy, in sight of everybody", "what was destroyed"},
    KindWords{StepKind::kResume, "Compare the ticket that was printed", "that it agrees"},
    KindWords{StepKind::kDecide, "Decide", "the decision"},
    KindWords{StepKind::kZeroise, "The machine wipes its memory", "that nothing is left"},
    KindWords{StepKind::kSeal, "Each signs with the own key", "the signatures"}};

const KindWords& kind_words(StepKind kind) {
  for (const KindWords& row : kKindWords) {
    if (row.kind == kind) {
      return row;
    }
  }
  return kKindWords.front();
}

std::string what_is_done(const Step& step) {
  std::string html = tagged("div", "class=\"title\"", escaped_html(step.title));
  if (step.is_private) {
    html += "<span class=\"tag private\">private</span>";
  }
  if (step.is_fresh) {
    html += "<span class=\"tag\">machine starts afresh</span>";
  }
  if (!step.say.empty()) {
    html += tagged("p", "class=\"say\"", "<q>" + escaped_html(step.say) + "</q>");
  }
  html += tagged("p", "class=\"do\"", escaped_html(kind_words(step.kind).does));
  if (!step.phrase.empty()) {
    html += "<p class=\"phrase\">Typed, letter by letter: " +
            tagged("kbd", "", escaped_html(step.phrase)) + "</p>";
  }
  return html;
}

bool is_marked(StepKind kind) {
  return kind == StepKind::kSign || kind == StepKind::kDestroy ||
         kind == StepKind::kPointOfNoReturn;
}

std::string step_row(const Step& step, const std::string& number) {
  return tagged(
      "tr",
      is_marked(step.kind) ? "class=\"for-good\"" : "",
      table_cell(number, "number") +
          table_cell(tagged("b", "", escaped_html(spelled(step.actor))) + "<br>" +
                         tagged("span", "class=\"witness\"", escaped_html(spelled(step.witness))),
                     "who") +
          table_cell(what_is_done(step), "what") +
          table_cell(escaped_html(kind_words(step.kind).records), "recorded") +
          table_cell("", "initials") + table_cell("", "time"));
}

constexpr std::string_view kTableHead =
    "<table class=\"steps\"><thead><tr><th>No.</th><th>Acts<br><span class=\"witness\">"
    "acknowledges</span></th><th>What is said and done</th><th>What is recorded</th>"
    "<th>Initials</th><th>Time<br>(UTC)</th></tr></thead><tbody>";

// The heading of the part that a block is.
std::string part_title(const Script& script, const std::string& block) {
  std::string title = block.empty() ? script.title : spelled(block);
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') {
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
  }
  return title;
}

// `prefix` is the letter before the numbers: "" for the ceremony itself.
std::string step_table(const Script& script,
                       const std::vector<Step>& steps,
                       std::string_view prefix) {
  std::string html(kTableHead);
  std::string part = "?";
  int number = 0;
  for (const Step& step : steps) {
    if (prefix.empty() && step.block != part) {
      part = step.block;
      html += tagged("tr",
                     "class=\"part\"",
                     tagged("th", "colspan=\"6\"", escaped_html(part_title(script, part))));
    }
    html += step_row(step, std::string(prefix) + std::to_string(++number));
  }
  return html + "</tbody></table>";
}

std::string exceptions() {
  std::string rows;
  for (int i = 1; i <= kExceptionRows; ++i) {
    rows += "<tr><td class=\"number\">" + std::to_string(i) +
            "</td><td></td><td></td><td></td><td></td><td></td></tr>";
  }
  return "<h2>Exceptions</h2><p>Expected, seen, decided: each is recorded by the machine, too. Use "
         "another sheet where this one is full.</p>"
         "<table class=\"exceptions\"><thead><tr><th>No.</th><th>Step</th><th>What was expected, "
         "what was seen</th><th>What was decided</th><th>Initials<br>(two)</th>"
         "<th>Time<br>(UTC)</th></tr></thead><tbody>" +
         rows + "</tbody></table>";
}

std::string attestation(const Script& script) {
  std::vector<RoleNeed> roles = roles_needed(script);
  roles.push_back({.role = "auditor", .title = {}});
  std::string rows;
  for (const RoleNeed& need : roles) {
    rows += tagged("tr",
                   "",
                   tagged("th", "scope=\"row\"", escaped_html(spelled(need.role))) +
                       table_cell("") + table_cell("") + table_cell(""));
  }
  return "<section class=\"together\"><h2>Attestation</h2><p>I was there from the first step to "
         "the last, or for the time that "
         "I noted above. The steps were done as they stand here, save for the exceptions, and the "
         "words of the head of the record are the ones on the screen:</p>"
         "<p class=\"head-words\"></p>"
         "<table class=\"sign-in\"><thead><tr><th>Role</th><th>Remarks</th><th>Signature</th>"
         "<th>Date and time (UTC)</th></tr></thead><tbody>" +
         rows + "</tbody></table></section>";
}

}  // namespace

std::string script_page(const Script& script, const Plan* plan) {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
         escaped_html("Ceremony script: " + script.title) + "</title><style>" +
         std::string(kScriptPageStyle) + "</style></head><body>" + cover_sheet(script, plan) +
         people_table(script) + (plan == nullptr ? std::string() : planned_work(*plan)) +
         std::string(kHowToUse) + "<h2>The steps</h2>" + step_table(script, script.steps, "") +
         exceptions() + "<h2>After a pause</h2>" + step_table(script, script.resume_steps, "P") +
         "<h2>If the ceremony is given up</h2>" + step_table(script, script.abort_steps, "G") +
         attestation(script) + "</body></html>\n";
}

}  // namespace ceremony
