// German labels, names, headings and pages.
#include <gtest/gtest.h>

#include "model/understand/languages_support.hpp"

namespace stalemate::model {
namespace {

const Labels kLabels(kGerman);

TEST(LanguagesGerman, labels_ask_for_what_they_say) {
  kLabels.expect_verbs({{"Zähler erhöhen", "increase"}});
  kLabels.expect_verbs({{"Cache lesen", "get"},
                        {"Cache abfragen", "get"},
                        {"Wert aus dem Cache holen", "get"},
                        {"Eintrag im Cache suchen", "get"},
                        {"Produkt laden", "get"},
                        {"lädt Produkt aus der Datenbank", "get"},
                        {"liest Zeile", "get"},
                        {"Prüfe Cache", "get"},
                        {"fragt Cache ab", "get"},
                        {"Datenbankabfrage", "get"},
                        {"nur lesen", "get"},
                        {"Preis für brot:3 abfragen", "get"},
                        {"Wert im Cache speichern", "set"},
                        {"Ergebnis zwischenspeichern", "set"},
                        {"legt den Preis im Cache ab", "set"},
                        {"Cache aktualisieren", "set"},
                        {"aktualisiert den Cache", "set"},
                        {"Cache befüllen", "set"},
                        {"Datensatz einfügen", "set"},
                        {"Preis ändern", "set"},
                        {"schreibt in die Datenbank", "set"},
                        {"Preis updaten", "set"},
                        {"setzt Wert im Cache", "set"},
                        {"fügt Zeile ein", "set"},
                        {"speichern, falls nicht vorhanden", "add"},
                        {"nur speichern, wenn nicht vorhanden", "add"},
                        {"Cache leeren", "delete"},
                        {"Cache-Eintrag löschen", "delete"},
                        {"Eintrag entfernen", "delete"},
                        {"entfernt Eintrag", "delete"},
                        {"Eintrag invalidieren", "delete"},
                        {"Cache ungültig machen", "delete"},
                        {"löscht halt:8812", "delete"},
                        {"Loesche Schluessel", "delete"},
                        {"Eintrag verwerfen", "delete"},
                        {"Cache nicht löschen", ""},
                        {"keinen Eintrag löschen", ""},
                        {"nicht löschen", ""},
                        {"ohne Löschen", ""},
                        {"Abfahrten", ""}});
}

TEST(LanguagesGerman, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  kLabels.expect_verbs({{"Preis vergessen", "delete"}, {"Preis merken", "set"}, {"Passwort vergessen", ""}});
}

TEST(LanguagesGerman, a_get_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kGet, {{"Treffer", "value"},
                                      {"Cache-Treffer", "value"},
                                      {"gefunden", "value"},
                                      {"im Cache vorhanden", "value"},
                                      {"Im Zwischenspeicher", "value"},
                                      {"Wert vorhanden", "value"},
                                      {"Zeile", "value"},
                                      {"Datensatz", "value"},
                                      {"Preisdaten", "value"},
                                      {"Eintrag liegt im Cache", "value"},
                                      {"nicht leer", "value"},
                                      {"kein Treffer", "miss"},
                                      {"nicht gefunden", "miss"},
                                      {"im Cache nicht gefunden", "miss"},
                                      {"Eintrag nicht gefunden", "miss"},
                                      {"Kein Eintrag gefunden", "miss"},
                                      {"existiert nicht", "miss"},
                                      {"Eintrag existiert im Cache nicht", "miss"},
                                      {"Ist nicht im Cache", "miss"},
                                      {"im Cache nicht vorhanden", "miss"},
                                      {"nicht im Cache vorhanden", "miss"},
                                      {"Nicht im Zwischenspeicher", "miss"},
                                      {"Eintrag fehlt im Cache", "miss"},
                                      {"fehlt", "miss"},
                                      {"leer", "miss"},
                                      {"nichts", "miss"},
                                      {"nichts im Cache", "miss"},
                                      {"abgelaufen", "miss"},
                                      {"Eintrag liegt nicht im Cache", "miss"},
                                      {"Wert liegt nicht vor", "miss"},
                                      {"keine Zeile", "miss"},
                                      {"0 Zeilen", "miss"},
                                      {"Cache ist leer", "miss"},
                                      {"Fehlschlag", "miss"},
                                      {"Wert oder leer", "value or miss"},
                                      {"erledigt", "value or miss"},
                                      {"veralteter Wert", "unclear"},
                                      {"Fehler", "error or timeout"},
                                      {"fehlgeschlagen", "error or timeout"},
                                      {"ausgefallen", "error or timeout"},
                                      {"Zeitüberschreitung", "timeout"},
                                      {"antwortet nicht", "timeout"},
                                      {"Datenbank antwortet nicht", "timeout"},
                                      {"nicht erreichbar", "timeout"},
                                      {"Abfahrten", ""}});
}

TEST(LanguagesGerman, a_set_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kSet, {{"gespeichert", "ok"},
                                      {"aktualisiert", "ok"},
                                      {"geändert", "ok"},
                                      {"abgelegt", "ok"},
                                      {"1 Zeile geändert", "ok"},
                                      {"Speichern erfolgreich", "ok"},
                                      {"nicht gespeichert", "error or timeout"},
                                      {"konnte nicht gespeichert werden", "error or timeout"},
                                      {"Speichern fehlgeschlagen", "error or timeout"},
                                      {"abgelehnt", "error or timeout"}});
}

TEST(LanguagesGerman, a_delete_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kDelete,
                         {{"gelöscht", "ok"}, {"verworfen", "ok"}, {"nicht gefunden", "ok"}, {"entfernt", "ok"}});
}

TEST(LanguagesGerman, a_name_says_its_role) {
  kLabels.expect_roles({{"Nutzer", "outside"},
                        {"Kunde", "outside"},
                        {"Besucherin", "outside"},
                        {"Fahrplan-Dienst", "app"},
                        {"Preisdienst", "app"},
                        {"Kassen-Anwendung", "app"},
                        {"Zwischenspeicher", "cache"},
                        {"Zwischenspeicher (Redis)", "cache"},
                        {"Lokaler Cache", "cache"},
                        {"Redis-Cache", "cache"},
                        {"Datenbank", "database"},
                        {"Bestelldatenbank", "database"},
                        {"Die Datenbank", "database"},
                        {"Lesereplik", "replica"},
                        {"Leseknoten", "replica"},
                        {"Warteschlange", "queue"},
                        {"Verbraucher", "worker"},
                        {"Mailversand", "third-party"},
                        {"Benachrichtigungen", "third-party"},
                        {"Zahlungsdienst", "third-party"},
                        {"Tafel", ""},
                        {"Kasse", ""}});
}

TEST(LanguagesGerman, a_heading_says_reading_or_writing) {
  kLabels.expect_headings({{"Lesen", "read"},
                           {"Lesepfad", "read"},
                           {"Lesezugriff", "read"},
                           {"Preis anzeigen", "read"},
                           {"Produkt abfragen", "read"},
                           {"Schreiben", "write"},
                           {"Schreibpfad", "write"},
                           {"Preis ändern", "write"},
                           {"Aktualisierung", "write"},
                           {"Produkt löschen", "write"},
                           {"Update des Preises", "write"},
                           {"Abfahrtstafeln", ""},
                           {"Ablauf 4: Tafeln", ""},
                           {"Lesen und Schreiben", ""}});
}

TEST(LanguagesGerman, what_is_not_modelled_is_refused_by_name) {
  kLabels.expect_not_modelled({{"Transaktion beginnen", "begin a transaction"},
                               {"Transaktion abschließen", "commit a transaction"},
                               {"Transaktion zurückrollen", "roll back a transaction"},
                               {"Sperre setzen", "take a lock"},
                               {"Sperre freigeben", "take a lock"},
                               {"Ereignis veröffentlichen", "publish an event"},
                               {"Ereignis senden", "publish an event"},
                               {"In die Warteschlange stellen", "hand something to a queue"},
                               {"Wert aus der Lesereplik lesen", "read from a replica"},
                               {"erneut versuchen", "try again"},
                               {"speichern, wenn Version übereinstimmt", "compare and set by version"},
                               {"im Hintergrund aktualisieren", "work that runs by itself"},
                               {"in einer Transaktion speichern", "work in a transaction"},
                               {"als veraltet markieren", "leave a marker"}});
}

TEST(LanguagesGerman, what_may_not_happen_now_is_asked_about) {
  kLabels.expect_doubts(
      {"manchmal löschen", "vielleicht löschen", "später löschen", "asynchron löschen", "jede Nacht löschen"});
}

TEST(LanguagesGerman, two_steps_in_one_label_are_asked_about) {
  kLabels.expect_two_steps("schreibt in DB und löscht Cache");
  kLabels.expect_two_steps("Preis lesen und Cache löschen");
}

TEST(LanguagesGerman, a_time_to_live_is_read) {
  kLabels.expect_lives("für 5 Minuten zwischenspeichern", 300);
  kLabels.expect_lives("Wert im Cache speichern (TTL 60 Sekunden)", 60);
  kLabels.expect_lives("mit Ablaufzeit 60 s speichern", 60);
}

TEST(LanguagesGerman, a_word_is_read_as_nothing_else_than_it_means) {
  kLabels.expect_english({{"die Datenbank", "the database"},
                          {"war im Cache", "is in cache"},
                          {"Ablauf 4", "flow 4"},
                          {"Kandidaten", "kandidaten"},
                          {"Preisdienst", "preis service"},
                          {"in der Größe", "in Größe"},
                          {"Cache nicht leeren", "Cache no clear"},
                          {"brot:neu", "brot:new"}});
}

TEST(LanguagesGerman, a_page_with_a_read_and_a_write) {
  EXPECT_EQ(told_of_page(R"(# Preisliste der Bäckerei

## Preis anzeigen

```mermaid
sequenceDiagram
    actor Kundin
    participant Kasse as Kassen-Anwendung
    participant Redis as Redis-Cache
    participant DB as PostgreSQL-Datenbank

    Kundin->>Kasse: Was kostet ein Brot?
    Kasse->>Redis: Preis für brot:3 abfragen
    alt Preis ist im Cache vorhanden
        Redis-->>Kasse: Preis
        Kasse-->>Kundin: Preis anzeigen
    else Preis nicht im Cache
        Redis-->>Kasse: Kein Eintrag gefunden
        Kasse->>DB: Preis aus der Datenbank lesen
        DB-->>Kasse: Datensatz
        Kasse->>Redis: Preis für brot:3 im Cache ablegen (TTL 5 Minuten)
        Kasse-->>Kundin: Preis anzeigen
    end
```

## Preis ändern

```mermaid
sequenceDiagram
    actor Chefin
    participant Kasse as Kassen-Anwendung
    participant DB as PostgreSQL-Datenbank
    participant Redis as Redis-Cache

    Chefin->>Kasse: Neuer Preis für Brot
    Kasse->>DB: Preis aktualisieren
    DB-->>Kasse: Aktualisierung erfolgreich
    Kasse->>Redis: Cache-Eintrag brot:3 löschen
    Redis-->>Kasse: gelöscht
    Kasse-->>Chefin: Preis wurde gespeichert
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack");
}

TEST(LanguagesGerman, a_diagram_parted_by_notes) {
  EXPECT_EQ(told_of_page(R"(# ~
```mermaid
sequenceDiagram
    participant Kunde
    participant Preisdienst
    participant Zwischenspeicher
    participant Datenbank
    Note over Kunde,Datenbank: Lesen
    Kunde->>Preisdienst: Preis erfragen
    Preisdienst->>Zwischenspeicher: Preis lesen
    alt Preis ist nicht im Zwischenspeicher
        Preisdienst->>Datenbank: Preis aus der Datenbank laden
        Datenbank-->>Preisdienst: Preis
        Preisdienst->>Zwischenspeicher: Preis ablegen
    end
    Preisdienst-->>Kunde: Preis
    Note over Kunde,Datenbank: Schreiben
    Kunde->>Preisdienst: Preis ändern
    Preisdienst->>Datenbank: Preis aktualisieren
    Datenbank-->>Preisdienst: erledigt
    Preisdienst->>Zwischenspeicher: Eintrag löschen
    Preisdienst-->>Kunde: fertig
```
)"),
            "Read: get cache#2; alt{miss: get database#3; set cache#5}; ack\n"
            "Write: set database#2; delete cache#4; ack");
}

}  // namespace
}  // namespace stalemate::model
