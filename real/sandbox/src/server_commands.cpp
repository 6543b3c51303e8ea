// See server_commands.hpp.
#include "server_commands.hpp"

#include "supervisor.hpp"

namespace stalemate::real {

std::string initdb_password_file(const std::string& folder) { return folder + "/postgres.password"; }

Command initdb_command(const Programs& programs, const std::string& folder) {
  return {programs.initdb,
          "-D",
          folder + "/postgres",
          "-U",
          kSandboxOwner,
          "--pwfile=" + initdb_password_file(folder),
          "-A",
          "scram-sha-256",
          "--locale=C",
          "--encoding=UTF8",
          "--no-sync"};
}

Command postgres_command(const Programs& programs, const std::string& folder, int port) {
  Command command = {programs.postgres, "-D", folder + "/postgres", "-p", std::to_string(port), "-h", "127.0.0.1"};
  for (const char* setting : {// No socket and no shared-memory file outside the folder.
                              "unix_socket_directories=", "dynamic_shared_memory_type=mmap",
                              // Nothing here outlives the process, so nothing needs to be safe on disk.
                              "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal",
                              "max_wal_senders=0", "autovacuum=off", "shared_buffers=16MB", "max_connections=200",
                              "logging_collector=off", "log_destination=stderr", "lc_messages=C", "timezone=UTC"})
    command.insert(command.end(), {"-c", setting});
  return command;
}

Command cockroach_command(const Programs& programs, const std::string& url_file) {
  return {programs.cockroach,
          "start-single-node",
          "--insecure",
          "--listen-addr=127.0.0.1:0",
          "--http-addr=127.0.0.1:0",
          "--store=type=mem,size=640MiB",
          "--listening-url-file=" + url_file};
}

std::string redis_configuration(int port, const std::string& password, const std::string& more) {
  return "bind 127.0.0.1\nport " + std::to_string(port) + "\nrequirepass " + password +
         "\nsave \"\"\nappendonly no\ndaemonize no\nlogfile \"\"\nloglevel notice\nrepl-diskless-sync yes\n"
         "repl-diskless-sync-delay 0\n" +
         more;
}

Command memcached_command(const Programs& programs, int port, const std::string& logins) {
  return {programs.memcached,
          "-l",
          "127.0.0.1",
          "-p",
          std::to_string(port),
          "-U",
          "0",
          "-m",
          "64",
          "-t",
          "2",
          "-c",
          "4096",
          "-Y",
          logins};
}

Login redis_login(const std::string& password) { return {"AUTH " + password + "\r\n", "+OK"}; }

Login memcached_login(const std::string& password) {
  const std::string login = std::string(kMemcachedUser) + " " + password;
  return {"set login 0 0 " + std::to_string(login.size()) + "\r\n" + login + "\r\n", "STORED"};
}

}  // namespace stalemate::real
