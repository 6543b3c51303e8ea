// See complaint.hpp.
#include "complaint.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>
#include <string_view>

#include "base/error.hpp"
#include "cli/secrets.hpp"
#include "streams.hpp"

namespace stalemate::cli {
namespace {

constexpr int kExitInput = 2;
constexpr int kExitNotModelled = 4;
constexpr int kExitEnvironment = 5;

}  // namespace

std::optional<Complaint> complaint_of(const std::function<void()>& act) {
  try {
    act();
    return std::nullopt;
  } catch (const NotModelledError& error) {
    return Complaint{error.what(), kExitNotModelled};
  } catch (const InputError& error) {
    return Complaint{error.what(), kExitInput};
  } catch (const EnvironmentError& error) {
    return Complaint{error.what(), kExitEnvironment};
  } catch (const std::bad_alloc&) {
    return Complaint{"out of memory; give --memory a limit, or take a smaller scenario", kExitEnvironment};
  } catch (const std::exception& error) {
    return Complaint{fmt::format("this is a bug in stalemate: {}", error.what()), kExitEnvironment};
  }
}

int complain(const Complaint& complaint) {
  for (std::string_view rest = complaint.message;;) {
    const std::size_t end = rest.find('\n');
    note("stalemate: {}\n", without_passwords(std::string(rest.substr(0, end))));
    if (end == std::string_view::npos) return complaint.code;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace stalemate::cli
