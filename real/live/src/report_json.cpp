// The report of a live run as JSON: one object, members in a fixed order. A function of the result.
#include "base/report_json.hpp"
#include "live/live.hpp"

namespace stalemate::real {
namespace {

Json durations_json(const DurationCounts& counts) {
  return {{"count", counts.count()},
          {"median_ns", counts.quantile_ns(500)},
          {"p99_ns", counts.quantile_ns(990)},
          {"max_ns", counts.max_ns()}};
}

Json pace_json(const Pace& pace) {
  return {{"workers", pace.workers},     {"every_ns", pace.every_ns},
          {"promised", pace.promised},   {"started", pace.started},
          {"late", pace.late},           {"latest_ns", pace.latest_ns},
          {"by_ticker", pace.by_ticker}, {"took", durations_json(pace.took)}};
}

Json setup_json(const HistorySetup& setup) {
  return {{"workload", setup.scenario},
          {"servers", setup.servers},
          {"readers", setup.readers},
          {"writers", setup.writers},
          {"keys", setup.keys},
          {"read_every_ns", setup.read_every_ns},
          {"write_every_ns", setup.write_every_ns},
          {"check_every_ns", setup.check_every_ns},
          {"fail", setup.fail},
          {"lost_reply", setup.lost_reply},
          {"wire_faults", setup.wire_faults},
          {"serialize", setup.serialize},
          {"seed", setup.seed}};
}

Json keys_json(const std::vector<KeyVerdict>& keys) {
  Json json = Json::array();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const KeyVerdict& key = keys[i];
    json.push_back({{"key", "k" + std::to_string(i + 1)}, {"linearizable", key.is_linearizable}});
    if (key.is_linearizable) continue;
    json.back()["why"] = key.why;
    json.back()["index"] = key.index;
    json.back()["time_ns"] = key.time_ns;
  }
  return json;
}

}  // namespace

std::string to_json(const LiveResult& result) {
  const Judgement& judged = result.judgement;
  const auto fault = [&](EventFault kind) { return judged.faults[static_cast<std::size_t>(kind)]; };
  const auto compared = [&](Comparison kind) { return judged.compared[static_cast<std::size_t>(kind)]; };
  const Incoherences& stretches = judged.incoherences;
  Json json;
  json["verdict"] = !judged.is_coherent() ? "incoherent" : result.failure.empty() ? "coherent" : "failed";
  json["failure"] = or_null(result.failure);
  json["setup"] = setup_json(judged.setup);
  json["events"] = judged.events;
  json["duration_ns"] = judged.duration_ns;
  json["whole"] = judged.is_whole;
  json["reads"] = {
      {"ok", judged.reads_ok}, {"hits", judged.hits}, {"misses", judged.misses}, {"failed", judged.reads_failed}};
  json["writes"] = {{"ok", judged.writes_ok},
                    {"failed", judged.writes_failed},
                    {"in_doubt", judged.writes_in_doubt},
                    {"in_doubt_seen", judged.in_doubt_seen}};
  json["made_to_fail"] = {{"database_updates", fault(EventFault::kDatabaseUpdate)},
                          {"cache_deletes", fault(EventFault::kCacheDelete)},
                          {"cache_sets", fault(EventFault::kCacheSet)},
                          {"lost_replies", fault(EventFault::kLostReply)}};
  json["snapshots"] = {{"compared", judged.snapshots}, {"incorrect", judged.snapshots_incorrect}};
  json["compared"] = {{"equal", compared(Comparison::kEqual)},
                      {"absent", compared(Comparison::kAbsent)},
                      {"differs", compared(Comparison::kDiffers)},
                      {"under_way", compared(Comparison::kUnderWay)}};
  json["incoherent"] = {{"stretches", stretches.count},
                        {"open", stretches.open},
                        {"at_least_ns", stretches.at_least_ns},
                        {"at_most_ns", stretches.at_most_ns},
                        {"longest_at_least_ns", stretches.longest_at_least_ns},
                        {"longest_at_most_ns", stretches.longest_at_most_ns}};
  json["stale_reads"] = {{"count", judged.stale_reads},
                         {"by", durations_json(judged.stale_by)},
                         {"worst_ns", judged.stale_by_max_ns},
                         {"worst_is_a_bound", judged.is_stale_by_max_a_bound}};
  json["keys"] = keys_json(judged.keys);
  json["intervals"] = {{"reads", pace_json(judged.reads)},
                       {"writes", pace_json(judged.writes)},
                       {"comparisons", pace_json(judged.comparisons)}};
  return text_of(json);
}

}  // namespace stalemate::real
