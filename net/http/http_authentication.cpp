#include "net/http/http_authentication.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "app/text.hpp"
#include "net/http/http_head.hpp"

namespace jpegwire {
namespace {

struct Challenge {
  std::string scheme;
  HttpFields parameters;  // the first parameter of each name counts
};

std::string hash(const EVP_MD* algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm, nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string base64(std::string_view text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string text;
  for (std::size_t at = 1; at + 1 < value.size(); ++at) {
    if (value[at] == '\\' && at + 2 < value.size()) ++at;
    text.push_back(value[at]);
  }
  return text;
}

// Takes the text up to and including the next comma that is not within quotes.
std::string_view take_item(std::string_view& list) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (is_quoted || list[end] != ','); ++end) {
    if (list[end] == '"') is_quoted = !is_quoted;
    if (list[end] == '\\' && is_quoted) ++end;
  }
  end = std::min(end, list.size());
  const std::string_view item = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return item;
}

// One field may hold several challenges, whose parameters are separated by commas too (RFC 9110,
// section 11.6.1). A new challenge begins where a word precedes a parameter.
std::vector<Challenge> parse_challenges(const std::vector<std::string>& fields) {
  std::vector<Challenge> challenges;
  for (const std::string& field : fields) {
    for (std::string_view rest = field; !rest.empty();) {
      std::string_view item = take_item(rest);
      const std::size_t equals = std::min(item.find('='), item.size());
      const std::size_t space = std::min(item.substr(0, equals).find(' '), item.size());
      if (space < equals || equals == item.size()) {
        challenges.push_back({std::string(item.substr(0, space)), {}});
        item = trimmed(item.substr(std::min(space, item.size())));
      }
      const std::size_t sign = item.find('=');
      if (sign == std::string_view::npos || challenges.empty()) continue;
      challenges.back().parameters.add(trimmed(item.substr(0, sign)),
                                       unquoted(trimmed(item.substr(sign + 1))));
    }
  }
  return challenges;
}

const EVP_MD* algorithm_of(const Challenge& challenge) {
  const std::string_view name = challenge.parameters["algorithm"];
  if (name.empty() || equal_ignoring_case(name, "MD5")) return EVP_md5();
  return equal_ignoring_case(name, "SHA-256") ? EVP_sha256() : nullptr;
}

bool offers_auth(std::string_view qop) {
  for (std::string_view rest = qop; !rest.empty();)
    if (equal_ignoring_case(take_item(rest), "auth")) return true;
  return false;
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result.push_back('\\');
    result.push_back(c);
  }
  return result + '"';
}

std::string answer_digest(const Challenge& challenge, const HttpUrl& url,
                          std::string_view client_nonce, std::uint32_t nonce_count) {
  const EVP_MD* algorithm = algorithm_of(challenge);
  const std::string_view realm = challenge.parameters["realm"];
  const std::string_view nonce = challenge.parameters["nonce"];
  const std::string_view qop = challenge.parameters["qop"];
  const std::string user_hash =
      hash(algorithm, fmt::format("{}:{}:{}", url.user, realm, url.password));
  const std::string request_hash = hash(algorithm, "GET:" + url.target);
  std::string answer =
      fmt::format("Digest username={}, realm={}, nonce={}, uri={}", in_quotes(url.user),
                  in_quotes(realm), in_quotes(nonce), in_quotes(url.target));
  if (offers_auth(qop)) {
    const std::string response =
        hash(algorithm, fmt::format("{}:{}:{:08x}:{}:auth:{}", user_hash, nonce, nonce_count,
                                    client_nonce, request_hash));
    answer += fmt::format(", qop=auth, nc={:08x}, cnonce={}, response=\"{}\"", nonce_count,
                          in_quotes(client_nonce), response);
  } else {
    answer += fmt::format(", response=\"{}\"",
                          hash(algorithm, fmt::format("{}:{}:{}", user_hash, nonce, request_hash)));
  }
  if (const std::string_view name = challenge.parameters["algorithm"]; !name.empty())
    answer.append(", algorithm=").append(name);
  if (const std::string_view opaque = challenge.parameters["opaque"]; !opaque.empty())
    answer += ", opaque=" + in_quotes(opaque);
  return answer;
}

bool is_digest(const Challenge& challenge) {
  return equal_ignoring_case(challenge.scheme, "Digest") && algorithm_of(challenge) != nullptr;
}

}  // namespace

std::optional<std::string> answer_challenges(const std::vector<std::string>& challenges,
                                             const HttpUrl& url, std::string_view client_nonce,
                                             std::uint32_t nonce_count) {
  if (url.user.empty()) return std::nullopt;
  const std::vector<Challenge> offered = parse_challenges(challenges);
  for (const Challenge& challenge : offered)
    if (is_digest(challenge)) return answer_digest(challenge, url, client_nonce, nonce_count);
  for (const Challenge& challenge : offered)
    if (equal_ignoring_case(challenge.scheme, "Basic"))
      return "Basic " + base64(url.user + ":" + url.password);
  return std::nullopt;
}

std::string nonce_of(const std::vector<std::string>& challenges) {
  const std::vector<Challenge> offered = parse_challenges(challenges);
  const auto digest = std::ranges::find_if(offered, is_digest);
  return digest == offered.end() ? "" : std::string(digest->parameters["nonce"]);
}

bool is_nonce_stale(const std::vector<std::string>& challenges) {
  return std::ranges::any_of(parse_challenges(challenges), [](const Challenge& challenge) {
    return equal_ignoring_case(challenge.parameters["stale"], "true");
  });
}

}  // namespace jpegwire
