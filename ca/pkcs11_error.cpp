#include "ca/pkcs11_error.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ca {

namespace {

using base::ErrorCode;

struct Row {
  CK_RV answer;
  const char* name;
  ErrorCode code;
  const char* sentence;
};

constexpr const char* kAgain =
    "the token failed; begin this step again, and use another token or machine if it happens twice";
constexpr const char* kGone =
    "the token is no longer there; put it back, and begin this step again";
constexpr const char* kMemory = "memory ran out; close other programs and begin this step again";
constexpr const char* kPin = "the token refused the PIN; enter it again";
constexpr const char* kUnfit =
    "the token does not offer this operation; choose another algorithm or another token";
constexpr const char* kForbidden =
    "the token's own rules forbid this for this key, so nothing was given out";
constexpr const char* kNotOpening =
    "it does not open: either the shares belong to another key, or the wrapped key was altered; "
    "compare both with the record and use the other site's copy";
constexpr const char* kSessionGone = "the token has ended the session; begin this step again";
constexpr const char* kFull = "the token takes no more sessions; close other programs that use it";

constexpr std::array kRows{
    Row{CKR_HOST_MEMORY, "CKR_HOST_MEMORY", ErrorCode::kDeviceFailure, kMemory},
    Row{CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", ErrorCode::kDeviceFailure, kMemory},
    Row{CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", ErrorCode::kDeviceFailure, kAgain},
    Row{CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", ErrorCode::kDeviceFailure, kAgain},
    Row{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", ErrorCode::kDeviceFailure, kAgain},
    Row{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", ErrorCode::kDeviceFailure, kGone},
    Row{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", ErrorCode::kDeviceFailure, kGone},
    Row{CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", ErrorCode::kDeviceFailure, kGone},
    Row{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", ErrorCode::kRefusedByPolicy, kPin},
    Row{CKR_PIN_INVALID, "CKR_PIN_INVALID", ErrorCode::kRefusedByPolicy, kPin},
    Row{CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", ErrorCode::kRefusedByPolicy, kPin},
    Row{CKR_PIN_LOCKED,
        "CKR_PIN_LOCKED",
        ErrorCode::kRefusedByPolicy,
        "the token is locked after too many wrong PINs; its security officer must unlock it"},
    Row{CKR_PIN_EXPIRED,
        "CKR_PIN_EXPIRED",
        ErrorCode::kRefusedByPolicy,
        "the token wants another PIN before it does anything; set one with its maker's program"},
    Row{CKR_USER_PIN_NOT_INITIALIZED,
        "CKR_USER_PIN_NOT_INITIALIZED",
        ErrorCode::kRefusedByPolicy,
        "the token has no PIN yet; set one with its maker's program"},
    Row{CKR_TOKEN_WRITE_PROTECTED,
        "CKR_TOKEN_WRITE_PROTECTED",
        ErrorCode::kRefusedByPolicy,
        "the token is write-protected; take the protection off, and do this again"},
    Row{CKR_USER_NOT_LOGGED_IN,
        "CKR_USER_NOT_LOGGED_IN",
        ErrorCode::kWrongState,
        "nobody is logged in to the token; enter the PIN first"},
    Row{CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", ErrorCode::kWrongState, kSessionGone},
    Row{CKR_SESSION_HANDLE_INVALID,
        "CKR_SESSION_HANDLE_INVALID",
        ErrorCode::kWrongState,
        kSessionGone},
    Row{CKR_CRYPTOKI_NOT_INITIALIZED,
        "CKR_CRYPTOKI_NOT_INITIALIZED",
        ErrorCode::kWrongState,
        kSessionGone},
    Row{CKR_CRYPTOKI_ALREADY_INITIALIZED,
        "CKR_CRYPTOKI_ALREADY_INITIALIZED",
        ErrorCode::kWrongState,
        "this program has a token of this kind open already; close that one first"},
    Row{CKR_SESSION_COUNT, "CKR_SESSION_COUNT", ErrorCode::kDeviceFailure, kFull},
    Row{CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", ErrorCode::kRefusedByPolicy, kUnfit},
    Row{CKR_FUNCTION_NOT_SUPPORTED,
        "CKR_FUNCTION_NOT_SUPPORTED",
        ErrorCode::kRefusedByPolicy,
        kUnfit},
    Row{CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE", ErrorCode::kRefusedByPolicy, kUnfit},
    Row{CKR_TEMPLATE_INCONSISTENT,
        "CKR_TEMPLATE_INCONSISTENT",
        ErrorCode::kRefusedByPolicy,
        kUnfit},
    Row{CKR_TEMPLATE_INCOMPLETE, "CKR_TEMPLATE_INCOMPLETE", ErrorCode::kRefusedByPolicy, kUnfit},
    Row{CKR_ATTRIBUTE_TYPE_INVALID,
        "CKR_ATTRIBUTE_TYPE_INVALID",
        ErrorCode::kRefusedByPolicy,
        kUnfit},
    Row{CKR_ATTRIBUTE_VALUE_INVALID,
        "CKR_ATTRIBUTE_VALUE_INVALID",
        ErrorCode::kRefusedByPolicy,
        kUnfit},
    Row{CKR_KEY_NOT_WRAPPABLE, "CKR_KEY_NOT_WRAPPABLE", ErrorCode::kRefusedByPolicy, kForbidden},
    Row{CKR_KEY_UNEXTRACTABLE, "CKR_KEY_UNEXTRACTABLE", ErrorCode::kRefusedByPolicy, kForbidden},
    Row{CKR_KEY_FUNCTION_NOT_PERMITTED,
        "CKR_KEY_FUNCTION_NOT_PERMITTED",
        ErrorCode::kRefusedByPolicy,
        kForbidden},
    Row{CKR_ATTRIBUTE_SENSITIVE,
        "CKR_ATTRIBUTE_SENSITIVE",
        ErrorCode::kRefusedByPolicy,
        kForbidden},
    Row{CKR_ATTRIBUTE_READ_ONLY,
        "CKR_ATTRIBUTE_READ_ONLY",
        ErrorCode::kRefusedByPolicy,
        kForbidden},
    Row{CKR_ACTION_PROHIBITED, "CKR_ACTION_PROHIBITED", ErrorCode::kRefusedByPolicy, kForbidden},
    Row{CKR_WRAPPED_KEY_INVALID, "CKR_WRAPPED_KEY_INVALID", ErrorCode::kInconsistent, kNotOpening},
    Row{CKR_WRAPPED_KEY_LEN_RANGE,
        "CKR_WRAPPED_KEY_LEN_RANGE",
        ErrorCode::kInconsistent,
        kNotOpening},
};

std::string in_hex(CK_RV answer) {
  std::array<char, 24> text{};
  // NOLINTNEXTLINE(cert-err33-c): two to eighteen characters always fit
  std::snprintf(text.data(), text.size(), "0x%lx", answer);
  return text.data();
}

}  // namespace

base::Error pkcs11_error(CK_RV answer, const std::string& doing) {
  const auto* const row = std::find_if(
      kRows.begin(), kRows.end(), [answer](const Row& each) { return each.answer == answer; });
  if (row == kRows.end()) {
    return base::Error{ErrorCode::kDeviceFailure,
                       doing + ": " + kAgain + " (PKCS #11 answer " + in_hex(answer) + ")"};
  }
  return base::Error{row->code, doing + ": " + row->sentence + " (" + row->name + ")"};
}

}  // namespace ca
