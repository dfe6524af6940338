#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "ceremony/client/codec.h"
#include "ceremony/client/json_fields.h"

namespace ceremony::client {

namespace {

using base::Result;

constexpr std::array kVerbs{
    Named<Verb>{Verb::kOpen, "open"},
    Named<Verb>{Verb::kStep, "step"},
    Named<Verb>{Verb::kPerform, "perform"},
    Named<Verb>{Verb::kException, "exception"},
    Named<Verb>{Verb::kPause, "pause"},
    Named<Verb>{Verb::kAbort, "abort"},
    Named<Verb>{Verb::kClose, "close"},
};

Json json_of(const std::vector<std::filesystem::path>& paths) {
  Json list = Json::array();
  for (const std::filesystem::path& path : paths) {
    list.push_back(path.native());
  }
  return list;
}

Json json_of(const OpenRequest& open) {
  return Json{{"plan", open.plan.native()},
              {"annex", open.annex.native()},
              {"data", open.data.native()},
              {"sites", json_of(open.sites)},
              {"holders", open.holders.native()},
              {"transfer_in", open.transfer_in.native()},
              {"transfer_out", open.transfer_out.native()},
              {"confidential", open.confidential.native()},
              {"published", open.published.native()}};
}

// The names of the secrets that follow. Names out of order, or too many, are no message.
std::vector<std::string> secrets_in(Fields& fields) {
  std::vector<std::string> names = fields.texts("secrets");
  const bool ascending =
      std::adjacent_find(names.begin(), names.end(), std::greater_equal<>{}) == names.end();
  if (!ascending || names.size() > kMaxSecretsInInput) {
    fields.refuse();
  }
  return names;
}

OpenRequest open_in(Fields& message) {
  Fields fields(message.child("request"));
  OpenRequest open{.plan = fields.path("plan"),
                   .annex = fields.path("annex"),
                   .data = fields.path("data"),
                   .sites = fields.paths("sites"),
                   .holders = fields.path("holders"),
                   .transfer_in = fields.path("transfer_in"),
                   .transfer_out = fields.path("transfer_out"),
                   .confidential = fields.path("confidential"),
                   .published = fields.path("published")};
  if (!fields.ok() || message.number("protocol") != kProtocol) {
    message.refuse();
  }
  return open;
}

Json json_of(const Request& request, const Input& input) {
  return Json{{"step", input.step},
              {"acted_by", input.acted_by},
              {"acknowledged_by", input.acknowledged_by},
              {"texts", input.texts},
              {"secrets", request.secret_names}};
}

void read_input(Fields& message, Request& request) {
  Fields fields(message.child("input"));
  request.input.step = fields.text("step");
  request.input.acted_by = fields.text("acted_by");
  request.input.acknowledged_by = fields.text("acknowledged_by");
  request.input.texts = fields.text_map("texts");
  request.secret_names = secrets_in(fields);
  if (!fields.ok()) {
    message.refuse();
  }
}

Json json_of(const ExceptionSheet& sheet) {
  return Json{{"expected", sheet.expected},
              {"seen", sheet.seen},
              {"decided", sheet.decided},
              {"raised_by", sheet.raised_by}};
}

ExceptionSheet sheet_in(Fields& message) {
  Fields fields(message.child("sheet"));
  ExceptionSheet sheet{.expected = fields.text("expected"),
                       .seen = fields.text("seen"),
                       .decided = fields.text("decided"),
                       .raised_by = fields.text("raised_by")};
  if (!fields.ok()) {
    message.refuse();
  }
  return sheet;
}

Json json_of(const Request& request) {
  Json message{{"verb", name_of(kVerbs, request.verb)}};
  switch (request.verb) {
    case Verb::kOpen:
      message["protocol"] = kProtocol;
      message["request"] = json_of(request.open);
      message["secrets"] = request.secret_names;
      break;
    case Verb::kPerform:
      message["input"] = json_of(request, request.input);
      break;
    case Verb::kException:
      message["sheet"] = json_of(request.sheet);
      break;
    case Verb::kPause:
    case Verb::kAbort:
      message["reason"] = request.reason;
      break;
    case Verb::kStep:
    case Verb::kClose:
      break;
  }
  return message;
}

std::optional<Request> request_in(const Json& json) {
  Fields message(json);
  Request request;
  request.verb = named(kVerbs, message, "verb");
  if (!message.ok()) {
    return std::nullopt;
  }
  switch (request.verb) {
    case Verb::kOpen:
      request.open = open_in(message);
      request.secret_names = secrets_in(message);
      break;
    case Verb::kPerform:
      read_input(message, request);
      break;
    case Verb::kException:
      request.sheet = sheet_in(message);
      break;
    case Verb::kPause:
    case Verb::kAbort:
      request.reason = message.text("reason");
      break;
    case Verb::kStep:
    case Verb::kClose:
      break;
  }
  return message.ok() ? std::optional(std::move(request)) : std::nullopt;
}

}  // namespace

Result<std::string> encode_request(const Request& request) {
  return written(json_of(request));
}

Result<Request> decode_request(std::string_view text) {
  return decode<Request>(text, request_in, encode_request);
}

}  // namespace ceremony::client
