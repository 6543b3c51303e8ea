// See page.hpp. What a feature is, is decided by servers first, and only then by what its operations are about.
#include "understand/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "directives.hpp"
#include "languages/translate.hpp"
#include "read/source_text.hpp"
#include "reading.hpp"
#include "roles.hpp"
#include "telling.hpp"
#include "undrawn.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// A server as a diagram names it.
struct ServerNamed {
  Role role = Role::kCache;
  std::string alias;  // in English
};

struct Survey {
  std::vector<ServerNamed> servers;
  std::vector<std::string> open;  // participants of which it cannot be told what they are, as written
  Position ignored;               // where it says that it is passed over

  bool has(Role role) const {
    return std::any_of(servers.begin(), servers.end(), [&](const ServerNamed& server) { return server.role == role; });
  }
};

// What each diagram has to do with caches and databases. Of a name that may mean one it is taken that it does: then it
// is asked about, and not passed over.
std::vector<Survey> survey(const Document& written, const std::vector<std::string>& roles) {
  Translated translated = translate(written);
  draw_what_is_spoken_of(translated.document);
  const Document& document = translated.document;
  Reading reading(translated);
  std::vector<Survey> all(document.diagrams.size());
  std::vector<bool> passed_over(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].ignored = ignored_at(document.name, document.diagrams[i].diagram);
    passed_over[i] = all[i].ignored.line != 0;
  }
  const std::vector<ToldRoles> told = tell_roles(document, roles, passed_over, reading);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (passed_over[i]) continue;
    for (const Participant& participant : document.diagrams[i].diagram.participants) {
      const Role role = told[i].at(participant.id).role;
      if (!reading.is_unsettled(participant.id)) {
        if (is_server(role)) all[i].servers.push_back({role, participant.alias});
        continue;
      }
      all[i].open.push_back(reading.as_written(participant.alias));
      for (const Role perhaps : role_words(participant.alias).either) {
        if (is_server(perhaps)) all[i].servers.push_back({perhaps, participant.alias});
      }
    }
  }
  return all;
}

bool share_a_server(const Survey& one, const Survey& other) {
  return std::any_of(one.servers.begin(), one.servers.end(), [&](const ServerNamed& a) {
    return std::any_of(other.servers.begin(), other.servers.end(), [&](const ServerNamed& b) {
      return a.role == b.role && same_server(a.alias, b.alias) != SameServer::kNo;
    });
  });
}

// A number for each diagram: those of one number belong together.
std::vector<std::size_t> joined_by_servers(const std::vector<Survey>& all) {
  std::vector<std::size_t> group(all.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (share_a_server(all[i], all[j])) std::replace(group.begin(), group.end(), group[i], group[j]);
    }
  }
  return group;
}

// Why diagrams have nothing to check; empty where they have both a cache and a database.
std::string missing_in(const std::vector<const Survey*>& diagrams) {
  const auto any_has = [&](Role role) {
    return std::any_of(diagrams.begin(), diagrams.end(), [&](const Survey* one) { return one->has(role); });
  };
  const bool cache = any_has(Role::kCache);
  const bool database = any_has(Role::kDatabase);
  if (cache && database) return {};
  std::string why = cache      ? "no database is drawn"
                    : database ? "no cache is drawn"
                               : "neither a cache nor a database is drawn";
  std::set<std::string> open;
  for (const Survey* one : diagrams) open.insert(one->open.begin(), one->open.end());
  if (!open.empty()) why += fmt::format(" (as far as can be told: what {} is, is not known)", fmt::join(open, ", "));
  return why;
}

// Blank lines for these: from first to last.
std::string without_lines(std::string_view text, const std::vector<std::pair<int, int>>& gone) {
  std::string left;
  int line = 1;
  for (std::size_t begin = 0; begin <= text.size(); ++line) {
    std::size_t end = text.find('\n', begin);
    end = end == std::string_view::npos ? text.size() : end + 1;
    const std::string_view whole = text.substr(begin, end - begin);
    const bool is_gone =
        std::any_of(gone.begin(), gone.end(), [&](const auto& one) { return one.first <= line && line <= one.second; });
    left += is_gone ? (whole.ends_with('\n') ? "\n" : "") : whole;
    if (end == text.size()) break;
    begin = end;
  }
  return left;
}

// Whether text that cannot be parsed may be about a cache and a database. In letters that are not English nobody
// decides that: it may.
bool may_be_about_both(std::string_view text) {
  const auto is_foreign = [](char c) { return static_cast<unsigned char>(c) > 127; };
  if (std::any_of(text.begin(), text.end(), is_foreign)) return true;
  const std::set<Role> roles = roles_spoken_of(text);
  return roles.count(Role::kCache) != 0 && roles.count(Role::kDatabase) != 0;
}

std::string lines_of(std::string_view text, int first, int last) {
  std::string found;
  for (const SourceLine& line : split_lines(text)) {
    if (line.at.line >= first && line.at.line <= last) found.append(line.text) += '\n';
  }
  return found;
}

class Parting {
 public:
  Parting(std::string_view text, const std::string& name, const std::vector<std::string>& roles)
      : text_(text), roles_(roles), file_(parse_file(text, name)) {
    page_.file = name;
    surveys_ = survey(file_.document, roles);
  }

  Page page() {
    for (const BrokenBlock& broken : file_.broken) {
      if (may_be_about_both(lines_of(text_, broken.first_line, broken.last_line)))
        page_.broken.push_back(broken.finding);
      else
        page_.passed_over.push_back({broken.first_line, "it cannot be parsed, and speaks of no cache and database"});
    }
    std::map<std::size_t, std::vector<std::size_t>> groups;
    const std::vector<std::size_t> group = joined_by_servers(surveys_);
    for (std::size_t i = 0; i < surveys_.size(); ++i) {
      if (surveys_[i].ignored.line != 0)
        pass_over(i, fmt::format("as said in line {}", surveys_[i].ignored.line));
      else
        groups[group[i]].push_back(i);
    }
    for (const auto& [first, diagrams] : groups) add(diagrams);
    std::sort(page_.features.begin(), page_.features.end(),
              [](const Feature& a, const Feature& b) { return a.line < b.line; });
    std::sort(page_.passed_over.begin(), page_.passed_over.end(),
              [](const PassedOver& a, const PassedOver& b) { return a.line < b.line; });
    return std::move(page_);
  }

 private:
  const Document::Entry& entry(std::size_t diagram) const { return file_.document.diagrams[diagram]; }

  void pass_over(std::size_t diagram, std::string why) {
    page_.passed_over.push_back({entry(diagram).first_line, std::move(why)});
  }

  void add(const std::vector<std::size_t>& diagrams) {
    std::vector<const Survey*> surveys;
    for (const std::size_t i : diagrams) surveys.push_back(&surveys_[i]);
    const std::string missing = missing_in(surveys);
    if (!missing.empty()) {
      for (const std::size_t i : diagrams) pass_over(i, missing);
      return;
    }
    Feature whole = feature_of(diagrams);
    std::vector<Feature> parts = parts_of(whole.read, diagrams);
    if (parts.empty()) parts.push_back(std::move(whole));
    for (Feature& part : parts) {
      part.servers = entry(diagrams.front()).diagram.at.line;
      page_.features.push_back(std::move(part));
    }
  }

  // Where headings and tables say that what was read are several features, and each can be judged alone: these; none
  // where it is one, or where that has to be asked.
  std::vector<Feature> parts_of(const Understanding& read, const std::vector<std::size_t>& diagrams) const {
    const auto is_open = [](const Finding& finding) {
      return finding.severity != Severity::kAssumption && finding.code != "two-features";
    };
    if (read.features.size() < 2 || std::any_of(read.findings.begin(), read.findings.end(), is_open)) return {};
    std::vector<Feature> parts;
    for (const std::vector<std::size_t>& feature : read.features) {
      std::vector<std::size_t> its_own;
      for (const std::size_t index : feature) its_own.push_back(diagrams.at(index));
      parts.push_back(feature_of(its_own));
      const Understanding& alone = parts.back().read;
      if (!alone.protocol || (alone.protocol->races.empty() && !has_both_kinds(*alone.protocol))) return {};
    }
    return parts;
  }

  static bool has_both_kinds(const Protocol& protocol) {
    const auto has = [&](OperationKind kind) {
      return std::any_of(protocol.operations.begin(), protocol.operations.end(),
                         [&](const Operation& operation) { return operation.kind == kind; });
    };
    return has(OperationKind::kRead) && has(OperationKind::kWrite);
  }

  Feature feature_of(const std::vector<std::size_t>& diagrams) const {
    Feature feature;
    std::vector<std::pair<int, int>> others;
    for (std::size_t i = 0; i < surveys_.size(); ++i) {
      if (std::find(diagrams.begin(), diagrams.end(), i) == diagrams.end())
        others.emplace_back(entry(i).first_line, entry(i).last_line);
      else
        feature.diagrams.push_back({entry(i).diagram.at.line, entry(i).first_line, entry(i).last_line});
    }
    for (const BrokenBlock& broken : file_.broken) others.emplace_back(broken.first_line, broken.last_line);
    feature.line = feature.diagrams.front().line;
    feature.read = try_to_read(without_lines(text_, others), page_.file, roles_);
    return feature;
  }

  std::string_view text_;
  const std::vector<std::string>& roles_;
  ParsedFile file_;
  std::vector<Survey> surveys_;
  Page page_;
};

}  // namespace

Page part_page(std::string_view text, const std::string& name, const std::vector<std::string>& roles) {
  try {
    return Parting(text, name, roles).page();
  } catch (const InputError& error) {
    if (error.findings().empty() || may_be_about_both(text)) throw;
    Page page;
    page.file = name;
    page.passed_over.push_back(
        {error.findings().front().at.line, "it cannot be parsed, and speaks of no cache and database"});
    return page;
  }
}

Understanding try_to_read_at(std::string_view text, const std::string& name, int line,
                             const std::vector<std::string>& roles) {
  Page page = part_page(text, name, roles);
  std::string known;
  for (Feature& feature : page.features) {
    for (const DiagramPlace& diagram : feature.diagrams) {
      if (diagram.first_line <= line && line <= diagram.last_line) return std::move(feature.read);
      known += fmt::format("{}{}:{}", known.empty() ? "" : ", ", name, diagram.line);
    }
  }
  throw InputError(fmt::format("{}:{}: no diagram of a cache and a database stands in this line; {}", name, line,
                               known.empty() ? "there is none in the file" : "there are: " + known));
}

}  // namespace stalemate::model
