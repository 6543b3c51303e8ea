// What the tests of the compiler share: compiling a diagram given as lines, and telling transitions in words.
#pragma once

#include <string>
#include <vector>

#include "machine/program.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {

inline constexpr CompileOptions kFail{.continue_on_database_timeout = false};
inline constexpr CompileOptions kContinue{.continue_on_database_timeout = true};

inline const char* const kReadLines =
    "Note over app: Read\napp->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"
    "database-->>app: Value\napp->>cache: Set value\n";

inline Program compile_lines(const std::string& lines, const CompileOptions& options = kFail) {
  // Its arrows may start over; the app needs no line.
  return compile(read_lines("%% stalemate: operation continues\nparticipant cache\nparticipant database\n" + lines),
                 options);
}

inline std::string compile_error(const std::string& lines, const CompileOptions& options = kFail) {
  try {
    compile_lines(lines, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// A transition in words: "~#2" sends arrow 2 and forgets it, "!#2" one drawn as lost, "ack" acknowledges, "#3" awaits
// arrow 3, "failed" or "end" ends.
inline std::string outline(const Program& program, const Transition& transition) {
  std::string text;
  for (const Effect& effect : transition.effects)
    if (effect.kind == EffectKind::kAcknowledge) {
      text += "ack ";
    } else {
      text += effect.kind == EffectKind::kSendLost ? "!#" : "~#";
      text += std::to_string(program.instructions[effect.instruction].arrow) + " ";
    }
  if (transition.next != kNoInstruction)
    return text + "#" + std::to_string(program.instructions[transition.next].arrow);
  return text + (transition.failed ? "failed" : "end");
}
inline std::string outline(const Program& program, const std::vector<Transition>& transitions) {
  std::string text;
  for (const Transition& transition : transitions) text += (text.empty() ? "" : " | ") + outline(program, transition);
  return text;
}
inline std::string start(const Program& program, std::size_t operation = 0) {
  return outline(program, program.operations.at(operation).start);
}
// The transitions from the only instruction of an arrow.
inline std::string after(const Program& program, int arrow, Outcome outcome, std::uint16_t operation = 0) {
  std::string text = "no such instruction";
  for (const Instruction& instruction : program.instructions) {
    if (instruction.arrow != arrow || instruction.operation != operation) continue;
    if (text != "no such instruction") return "several instructions";
    text = outline(program, instruction.after[static_cast<std::size_t>(outcome)]);
  }
  return text;
}

}  // namespace stalemate::model
