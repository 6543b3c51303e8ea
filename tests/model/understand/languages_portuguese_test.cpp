// Portuguese labels, names, headings and pages.
#include <gtest/gtest.h>

#include "model/understand/languages_support.hpp"

namespace stalemate::model {
namespace {

const Labels kLabels(kPortuguese);

TEST(LanguagesPortuguese, labels_ask_for_what_they_say) {
  kLabels.expect_verbs({{"incrementa contador", "increase"}});
  kLabels.expect_verbs({{"ler do cache", "get"},
                        {"buscar no cache", "get"},
                        {"busca cardapio:15", "get"},
                        {"Busca usuário por id", "get"},
                        {"buscarUsuario(id)", "get"},
                        {"Verifica cache", "get"},
                        {"Consulta ao banco", "get"},
                        {"pega o valor", "get"},
                        {"Carregar pedido", "get"},
                        {"obtém a linha", "get"},
                        {"Grava no cache", "set"},
                        {"Salva resultado no Redis", "set"},
                        {"Armazena em cache", "set"},
                        {"Atualiza o cache", "set"},
                        {"Inserir pedido", "set"},
                        {"guarda cardapio:15", "set"},
                        {"Altera o preço", "set"},
                        {"preencher o cache", "set"},
                        {"cadastrar cliente", "set"},
                        {"escreve no banco", "set"},
                        {"gravar se não existir", "add"},
                        {"inserir se não existe", "add"},
                        {"INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "add"},
                        {"Invalida cache", "delete"},
                        {"Remove chave do cache", "delete"},
                        {"apaga cardapio:15", "delete"},
                        {"exclui entrada", "delete"},
                        {"Limpar o cache", "delete"},
                        {"Deletar a chave", "delete"},
                        {"DEL usuario:1", "delete"},
                        {"não apagar", ""},
                        {"sem invalidar", ""},
                        {"nunca atualiza", ""},
                        {"cardápio", ""}});
}

TEST(LanguagesPortuguese, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  kLabels.expect_verbs({{"esquecer preco:1", "delete"}, {"memorizar preco:1", "set"}, {"senha esquecida", ""}});
}

TEST(LanguagesPortuguese, a_get_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kGet, {{"encontrado no cache", "value"},
                                      {"no cache", "value"},
                                      {"Dados no cache", "value"},
                                      {"acerto", "value"},
                                      {"linha", "value"},
                                      {"existe", "value"},
                                      {"resultado", "value"},
                                      {"não está vazio", "value"},
                                      {"Não está no cache", "miss"},
                                      {"não encontrado", "miss"},
                                      {"Nenhum registro encontrado", "miss"},
                                      {"vazio", "miss"},
                                      {"nulo", "miss"},
                                      {"nada", "miss"},
                                      {"falha de cache", "miss"},
                                      {"ausente no cache", "miss"},
                                      {"chave inexistente", "miss"},
                                      {"chave não existe", "miss"},
                                      {"Não existe no banco", "miss"},
                                      {"o cache está vazio", "miss"},
                                      {"no rows", "miss"},
                                      {"expirado", "miss"},
                                      {"valor ou nulo", "value or miss"},
                                      {"pronto", "value or miss"},
                                      {"Dado desatualizado", "unclear"},
                                      {"valor obsoleto", "unclear"},
                                      {"erro", "error or timeout"},
                                      {"falha", "error or timeout"},
                                      {"erro ao ler", "error or timeout"},
                                      {"indisponível", "error or timeout"},
                                      {"tempo esgotado", "timeout"},
                                      {"sem resposta", "timeout"},
                                      {"cache não responde", "timeout"},
                                      {"cardápio", ""}});
}

TEST(LanguagesPortuguese, a_set_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kSet, {{"feito", "ok"},
                                      {"Salvo com sucesso", "ok"},
                                      {"linha atualizada", "ok"},
                                      {"gravado", "ok"},
                                      {"204 No Content", "ok"},
                                      {"não salvo", "error or timeout"},
                                      {"falha ao gravar", "error or timeout"},
                                      {"não foi possível salvar", "error or timeout"},
                                      {"recusado", "error or timeout"}});
}

TEST(LanguagesPortuguese, a_delete_turns_out_as_its_reply_says) {
  kLabels.expect_replies(
      Verb::kDelete, {{"removido", "ok"}, {"apagada", "ok"}, {"não encontrado", "ok"}, {"registro removido", "ok"}});
}

TEST(LanguagesPortuguese, a_name_says_its_role) {
  kLabels.expect_roles({{"Usuário", "outside"},
                        {"Cliente", "outside"},
                        {"Navegador", "outside"},
                        {"Visitante", "outside"},
                        {"Servidor", "app"},
                        {"Serviço de pedidos", "app"},
                        {"Aplicação", "app"},
                        {"Controlador", "app"},
                        {"Memória cache", "cache"},
                        {"Cache local", "cache"},
                        {"Cache distribuído", "cache"},
                        {"Banco de dados", "database"},
                        {"Banco", "database"},
                        {"BD", "database"},
                        {"Base de dados", "database"},
                        {"Réplica de leitura", "replica"},
                        {"Banco secundário", "replica"},
                        {"Fila", "queue"},
                        {"Fila de mensagens", "queue"},
                        {"Barramento de eventos", "queue"},
                        {"Consumidor", "worker"},
                        {"Trabalhador", "worker"},
                        {"Gateway de pagamento", "third-party"},
                        {"Serviço de e-mail", "third-party"},
                        {"Notificações", "third-party"},
                        {"Estoque", ""}});
}

TEST(LanguagesPortuguese, a_heading_says_reading_or_writing) {
  kLabels.expect_headings({{"Leitura", "read"},
                           {"Caminho de leitura", "read"},
                           {"Consulta de preço", "read"},
                           {"Buscar produto", "read"},
                           {"Caso 1: leitura", "read"},
                           {"Escrita", "write"},
                           {"Gravação", "write"},
                           {"Fluxo de escrita", "write"},
                           {"Atualização do produto", "write"},
                           {"Exclusão", "write"},
                           {"Escrita com exclusão dupla", "write"},
                           {"Cardápios", ""},
                           {"Leitura e escrita", ""}});
}

TEST(LanguagesPortuguese, what_is_not_modelled_is_refused_by_name) {
  kLabels.expect_not_modelled({{"inicia transação", "begin a transaction"},
                               {"confirma a transação", "commit a transaction"},
                               {"desfazer", "roll back a transaction"},
                               {"obtém trava", "take a lock"},
                               {"libera a trava", "take a lock"},
                               {"bloqueia o registro", "take a lock"},
                               {"publica evento", "publish an event"},
                               {"enviar evento", "publish an event"},
                               {"enfileira mensagem", "hand something to a queue"},
                               {"envia para a fila", "hand something to a queue"},
                               {"lê da réplica", "read from a replica"},
                               {"tenta novamente", "try again"},
                               {"grava se a versão coincidir", "compare and set by version"},
                               {"atualiza em segundo plano", "work that runs by itself"},
                               {"grava em uma transação", "work in a transaction"},
                               {"marca como obsoleto", "leave a marker"}});
}

TEST(LanguagesPortuguese, what_may_not_happen_now_is_asked_about) {
  kLabels.expect_doubts({"às vezes apaga o cache", "talvez apaga", "apaga mais tarde",
                         "apaga o cache de forma assíncrona", "apaga toda noite"});
}

TEST(LanguagesPortuguese, two_steps_in_one_label_are_asked_about) {
  kLabels.expect_two_steps("escreve no banco e apaga o cache");
}

TEST(LanguagesPortuguese, a_time_to_live_is_read) {
  kLabels.expect_lives("salva por 5 minutos", 300);
  kLabels.expect_lives("grava com TTL de 60 segundos", 60);
  kLabels.expect_lives("guarda cardapio:15 (10 min)", 600);
  kLabels.expect_lives("grava, expira em 1 hora", 3600);
}

TEST(LanguagesPortuguese, a_word_is_read_as_nothing_else_than_it_means) {
  kLabels.expect_english({{"no banco", "in database"},
                          {"no cache", "in cache"},
                          {"no rows", "no rows"},
                          {"204 No Content", "204 no content"},
                          {"do cache", "from cache"},
                          {"pedido nº 5", "pedido # 5"},
                          {"usuario:novo", "user:new"}});
}

TEST(LanguagesPortuguese, a_page_with_a_read_and_a_write) {
  EXPECT_EQ(told_of_page(R"(# Agenda do consultório

### Fluxo de leitura: horários livres

```mermaid
sequenceDiagram
    actor Paciente
    participant API as API de agendamento
    participant Redis as Cache (Redis)
    participant PG as Banco de dados (PostgreSQL)

    Paciente->>API: Quais horários estão livres?
    API->>Redis: Verifica se os horários estão no cache
    alt Encontrado no cache
        Redis-->>API: Retorna horários
        API-->>Paciente: Horários livres
    else Não encontrado no cache
        Redis-->>API: Não existe
        API->>PG: Consulta horários do dia
        PG-->>API: Resultado da consulta
        API->>Redis: Salva os horários no cache por 5 minutos
        API-->>Paciente: Horários livres
    end
```

### Fluxo de escrita: marcar consulta

```mermaid
sequenceDiagram
    actor Paciente
    participant API as API de agendamento
    participant PG as Banco de dados (PostgreSQL)
    participant Redis as Cache (Redis)
    participant Email as Serviço de e-mail

    Paciente->>API: Marcar horário das 10h
    API->>PG: Insere marcação
    alt Sucesso
        PG-->>API: Marcação criada
        API->>Redis: Remove os horários do cache
        API-)Email: Envia confirmação
        API-->>Paciente: Horário marcado
    else Erro
        PG-->>API: Erro: horário ocupado
        API-->>Paciente: 409 horário ocupado
    end
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; alt{ok: delete cache#4; ack | error or timeout: nack}");
}

TEST(LanguagesPortuguese, a_diagram_parted_by_notes) {
  EXPECT_EQ(told_of_page(R"(# ~
```mermaid
sequenceDiagram
    participant Cliente
    participant Serviço
    participant Cache
    participant Banco
    Note over Cliente,Banco: Leitura
    Cliente->>Serviço: Pedir o preço
    Serviço->>Cache: buscarPreço(id)
    alt não está no cache
        Serviço->>Banco: Ler o preço
        Banco-->>Serviço: preço
        Serviço->>Cache: Gravar o preço
    end
    Serviço-->>Cliente: preço
    Note over Cliente,Banco: Escrita
    Cliente->>Serviço: Mudar o preço
    Serviço->>Banco: Atualizar o preço
    Banco-->>Serviço: feito
    Serviço->>Cache: DEL preço:1
    Serviço-->>Cliente: pronto
```
)"),
            "Read: get cache#2; alt{miss: get database#3; set cache#5}; ack\n"
            "Write: set database#2; delete cache#4; ack");
}

}  // namespace
}  // namespace stalemate::model
