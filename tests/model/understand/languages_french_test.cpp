// French labels, names, headings and pages.
#include <gtest/gtest.h>

#include "model/understand/languages_support.hpp"

namespace stalemate::model {
namespace {

const Labels kLabels(kFrench);

TEST(LanguagesFrench, labels_ask_for_what_they_say) {
  kLabels.expect_verbs({{"incrémenter le compteur", "increase"}});
  kLabels.expect_verbs({{"lire le cache", "get"},
                        {"Lire l'entrée de l'utilisateur", "get"},
                        {"Récupère le produit depuis le cache", "get"},
                        {"Chercher dans le cache", "get"},
                        {"Consulter le cache", "get"},
                        {"Interroge la base", "get"},
                        {"Vérifie si la clé existe", "get"},
                        {"Charger le profil", "get"},
                        {"Demande la quantité", "get"},
                        {"Lecture de la ligne", "get"},
                        {"Stocker le résultat dans le cache", "set"},
                        {"Met en cache le produit", "set"},
                        {"Mettre le produit en cache", "set"},
                        {"Mettre à jour le cache", "set"},
                        {"Met à jour la ligne", "set"},
                        {"enregistre la commande", "set"},
                        {"écrit la nouvelle valeur", "set"},
                        {"Sauvegarder", "set"},
                        {"insère la ligne", "set"},
                        {"Crée la commande", "set"},
                        {"SET produit:1 EX 60", "set"},
                        {"Mise en cache du profil", "set"},
                        {"écrire si absent", "add"},
                        {"écrire s'il n'existe pas", "add"},
                        {"Supprimer la clé", "delete"},
                        {"Invalide le cache", "delete"},
                        {"Vider le cache", "delete"},
                        {"Effacer l’entrée", "delete"},
                        {"Retire la clé", "delete"},
                        {"Suppression de la clé", "delete"},
                        {"Invalidation du cache", "delete"},
                        {"cache.del(clé)", "delete"},
                        {"purger le cache", "delete"},
                        {"ne supprime pas l'entrée", ""},
                        {"ne pas supprimer", ""},
                        {"sans invalider", ""},
                        {"ne jamais supprimer", ""},
                        {"page d'accueil", ""}});
}

TEST(LanguagesFrench, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  kLabels.expect_verbs(
      {{"oublier recette:tarte", "delete"}, {"Oublier l'entrée", "delete"}, {"mot de passe oublié", ""}});
}

TEST(LanguagesFrench, a_get_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kGet, {{"trouvé", "value"},
                                      {"Présent en cache", "value"},
                                      {"présent dans le cache", "value"},
                                      {"Trouvé dans le cache", "value"},
                                      {"ligne", "value"},
                                      {"résultats", "value"},
                                      {"donnée en cache", "value"},
                                      {"existe", "value"},
                                      {"Succès de cache", "value"},
                                      {"donnée trouvée en base", "value"},
                                      {"n’est pas vide", "value"},
                                      {"absent", "miss"},
                                      {"Absent du cache", "miss"},
                                      {"absent dans le cache", "miss"},
                                      {"pas en cache", "miss"},
                                      {"pas trouvé", "miss"},
                                      {"n'est pas en cache", "miss"},
                                      {"N’existe pas", "miss"},
                                      {"n'existe pas en cache", "miss"},
                                      {"aucune donnée", "miss"},
                                      {"aucune ligne", "miss"},
                                      {"rien", "miss"},
                                      {"il n'y a rien", "miss"},
                                      {"n'a rien trouvé", "miss"},
                                      {"vide", "miss"},
                                      {"cache vide", "miss"},
                                      {"défaut de cache", "miss"},
                                      {"échec de cache", "miss"},
                                      {"entrée expirée", "miss"},
                                      {"introuvable", "miss"},
                                      {"la clé n'existe pas", "miss"},
                                      {"n'est plus en cache", "miss"},
                                      {"Le cache est vide", "miss"},
                                      {"clé inconnue", "miss"},
                                      {"résultat ou nul", "value or miss"},
                                      {"valeur périmée", "unclear"},
                                      {"données obsolètes", "unclear"},
                                      {"erreur", "error or timeout"},
                                      {"échec", "error or timeout"},
                                      {"indisponible", "error or timeout"},
                                      {"n'a pas pu lire", "error or timeout"},
                                      {"délai dépassé", "timeout"},
                                      {"le cache ne répond pas", "timeout"},
                                      {"sans réponse", "timeout"},
                                      {"empreinte", ""}});
}

TEST(LanguagesFrench, a_set_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kSet, {{"enregistré", "ok"},
                                      {"mise à jour effectuée", "ok"},
                                      {"mis à jour", "ok"},
                                      {"fait", "ok"},
                                      {"succès", "ok"},
                                      {"non enregistré", "error or timeout"},
                                      {"n'a pas été enregistré", "error or timeout"},
                                      {"échec de l'écriture", "error or timeout"},
                                      {"refusé", "error or timeout"},
                                      {"impossible d'enregistrer", "error or timeout"}});
}

TEST(LanguagesFrench, a_delete_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kDelete,
                         {{"supprimée", "ok"}, {"entrée supprimée", "ok"}, {"introuvable", "ok"}, {"effacé", "ok"}});
}

TEST(LanguagesFrench, a_name_says_its_role) {
  kLabels.expect_roles({{"Utilisateur", "outside"},
                        {"Navigateur", "outside"},
                        {"Visiteuse", "outside"},
                        {"Serveur", "app"},
                        {"Application atelier", "app"},
                        {"Contrôleur", "app"},
                        {"Service d'authentification", "app"},
                        {"Mémoire cache", "cache"},
                        {"Cache local", "cache"},
                        {"Antémémoire", "cache"},
                        {"Base de données", "database"},
                        {"BDD", "database"},
                        {"BD", "database"},
                        {"Base PostgreSQL", "database"},
                        {"Réplica de lecture", "replica"},
                        {"base secondaire", "replica"},
                        {"File d'attente", "queue"},
                        {"Bus d’événements", "queue"},
                        {"Consommateur", "worker"},
                        {"Passerelle courriel", "third-party"},
                        {"Passerelle de paiement", "third-party"},
                        {"Portail", ""},
                        {"Entrepôt", ""}});
}

TEST(LanguagesFrench, a_heading_says_reading_or_writing) {
  kLabels.expect_headings({{"Lecture", "read"},
                           {"Lire le stock", "read"},
                           {"Flux de lecture", "read"},
                           {"Consultation d'une fiche", "read"},
                           {"Afficher la page", "read"},
                           {"Cas : lecture", "read"},
                           {"Écriture", "write"},
                           {"Chemin d'écriture", "write"},
                           {"Mise à jour du stock", "write"},
                           {"Suppression du produit", "write"},
                           {"Enregistrement d'une commande", "write"},
                           {"Création", "write"},
                           {"Stock", ""},
                           {"Lecture et écriture", ""}});
}

TEST(LanguagesFrench, what_is_not_modelled_is_refused_by_name) {
  kLabels.expect_not_modelled({{"démarrer une transaction", "begin a transaction"},
                               {"début de transaction", "begin a transaction"},
                               {"valider la transaction", "commit a transaction"},
                               {"annuler la transaction", "roll back a transaction"},
                               {"prendre le verrou", "take a lock"},
                               {"libère le verrou", "take a lock"},
                               {"verrouille la ligne", "take a lock"},
                               {"publier un événement", "publish an event"},
                               {"envoyer un événement", "publish an event"},
                               {"mettre en file d'attente", "hand something to a queue"},
                               {"lit depuis le réplica", "read from a replica"},
                               {"réessayer", "try again"},
                               {"écrire si la version correspond", "compare and set by version"},
                               {"rafraîchir en arrière-plan", "work that runs by itself"},
                               {"écrire dans une transaction", "work in a transaction"},
                               {"CAS", "compare and set"},
                               {"marquer comme périmé", "leave a marker"}});
}

TEST(LanguagesFrench, what_may_not_happen_now_is_asked_about) {
  kLabels.expect_doubts({"parfois supprimer la clé", "peut-être supprimer", "supprimer plus tard",
                         "supprimer de façon asynchrone", "supprimer chaque nuit"});
}

TEST(LanguagesFrench, two_steps_in_one_label_are_asked_about) {
  kLabels.expect_two_steps("écrit en base et vide le cache");
  kLabels.expect_two_steps("lire puis supprimer");
}

TEST(LanguagesFrench, a_time_to_live_is_read) {
  kLabels.expect_lives("stocker pendant 5 minutes", 300);
  kLabels.expect_lives("mettre en cache (TTL 60 s)", 60);
  kLabels.expect_lives("écrire la valeur, expire dans 2 heures", 7200);
}

TEST(LanguagesFrench, a_word_is_read_as_nothing_else_than_it_means) {
  kLabels.expect_english({{"l'entrée", "the entry"},
                          {"l’entrée", "the entry"},
                          {"d'identité", "of identité"},
                          {"Cas : lecture", "case : read"},
                          {"file", "file"},
                          {"lecture", "read"},
                          {"n'est pas en cache", "is not in cache"},
                          {"SET p:1 EX 60 s", "SET p:1 EX 60 s"}});
}

TEST(LanguagesFrench, a_page_with_a_read_and_a_write) {
  EXPECT_EQ(told_of_page(R"(# Le stock des pièces détachées

## Lecture du stock

```mermaid
sequenceDiagram
    actor Mécano as Mécanicien
    participant Appli as Application atelier
    participant Cache as Cache mémoire (Memcached)
    participant BDD as Base de données

    Mécano->>Appli: Combien de filtres en stock ?
    Appli->>Cache: Demande la quantité pour filtre:88
    alt Présent dans le cache
        Cache-->>Appli: Quantité
    else Absent du cache
        Cache-->>Appli: Rien
        Appli->>BDD: Lit la quantité de la pièce 88
        BDD-->>Appli: Ligne trouvée
        Appli->>Cache: Met la quantité en cache (filtre:88) pendant 2 minutes
    end
    Appli-->>Mécano: Quantité affichée
```

## Mise à jour du stock

```mermaid
sequenceDiagram
    actor Magasinier
    participant Appli as Application atelier
    participant BDD as Base de données
    participant Cache as Cache mémoire (Memcached)

    Magasinier->>Appli: Retrait de 3 filtres
    Appli->>BDD: Met à jour la quantité de la pièce 88
    BDD-->>Appli: Mise à jour effectuée
    Appli->>Cache: Supprime l'entrée filtre:88
    Cache-->>Appli: OK, entrée supprimée
    Note over Appli,Cache: Si la suppression échoue, l’entrée expire d’elle-même
    Appli-->>Magasinier: Stock mis à jour
```
)"),
            "Read: get cache#2; alt{value:  | miss: get database#5; if value; set cache#7}; ack\n"
            "Write: set database#2; delete cache#4; ack");
}

TEST(LanguagesFrench, a_diagram_parted_by_notes) {
  EXPECT_EQ(told_of_page(R"(# ~
```mermaid
sequenceDiagram
    participant Navigateur
    participant Serveur
    participant Antémémoire
    participant BDD
    Note over Navigateur,BDD: Lecture
    Navigateur->>Serveur: Demander le prix
    Serveur->>Antémémoire: Lire le prix
    alt n’est pas en cache
        Serveur->>BDD: Charger le prix
        BDD-->>Serveur: prix
        Serveur->>Antémémoire: Mettre le prix en cache
    end
    Serveur-->>Navigateur: prix
    Note over Navigateur,BDD: Écriture
    Navigateur->>Serveur: Changer le prix
    Serveur->>BDD: Mettre à jour le prix
    BDD-->>Serveur: fait
    Serveur->>Antémémoire: Invalider l'entrée
    Serveur-->>Navigateur: terminé
```
)"),
            "Read: get cache#2; alt{miss: get database#3; set cache#5}; ack\n"
            "Write: set database#2; delete cache#4; ack");
}

}  // namespace
}  // namespace stalemate::model
