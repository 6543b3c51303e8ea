// Spanish labels, names, headings and pages.
#include <gtest/gtest.h>

#include "model/understand/languages_support.hpp"

namespace stalemate::model {
namespace {

const Labels kLabels(kSpanish);

TEST(LanguagesSpanish, labels_ask_for_what_they_say) {
  kLabels.expect_verbs({{"incrementar contador", "increase"}});
  kLabels.expect_verbs({{"leer de caché", "get"},
                        {"Buscar \"est:31\"", "get"},
                        {"consultar caché", "get"},
                        {"Obtener producto por id", "get"},
                        {"obtenerProducto(id)", "get"},
                        {"buscarPorId(42)", "get"},
                        {"Consulta a la base de datos", "get"},
                        {"Comprueba si existe la clave", "get"},
                        {"Cargar el perfil", "get"},
                        {"¿Existe la ficha?", "get"},
                        {"Recupera el libro", "get"},
                        {"pedir el precio", "get"},
                        {"Guarda el resultado en caché", "set"},
                        {"guardar_en_cache(clave, valor)", "set"},
                        {"cachear resultado", "set"},
                        {"Actualizar precio", "set"},
                        {"Insertar estación", "set"},
                        {"escribe en la BD", "set"},
                        {"registrar la venta", "set"},
                        {"Rellena la caché", "set"},
                        {"Crear pedido", "set"},
                        {"almacenar ficha", "set"},
                        {"Anotar faro 3", "set"},
                        {"poner en caché", "set"},
                        {"Modificar la fila", "set"},
                        {"Guardar si no existe", "add"},
                        {"insertar si no existe", "add"},
                        {"escribir si no existe", "add"},
                        {"Invalidar caché", "delete"},
                        {"borrar la clave producto:42", "delete"},
                        {"Vaciar toda la caché", "delete"},
                        {"Eliminar la entrada", "delete"},
                        {"Limpiar la caché", "delete"},
                        {"quitar de la caché", "delete"},
                        {"DEL producto:42", "delete"},
                        {"redis.del(clave)", "delete"},
                        {"Borrado de la clave", "delete"},
                        {"no borrar", ""},
                        {"sin invalidar la caché", ""},
                        {"nunca actualiza", ""},
                        {"Ficha del libro", ""}});
}

TEST(LanguagesSpanish, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  kLabels.expect_verbs({{"olvidar precio:1", "delete"}, {"recordar precio:1", "set"}, {"contraseña olvidada", ""}});
}

TEST(LanguagesSpanish, a_get_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kGet, {{"Está en caché", "value"},
                                      {"encontrado", "value"},
                                      {"acierto", "value"},
                                      {"Acierto de caché", "value"},
                                      {"datos", "value"},
                                      {"fila", "value"},
                                      {"Datos del libro", "value"},
                                      {"existe", "value"},
                                      {"en la base de datos", "value"},
                                      {"no está vacío", "value"},
                                      {"sí, está en caché", "value"},
                                      {"No está en caché", "miss"},
                                      {"no encontrado", "miss"},
                                      {"No se encontró ningún registro", "miss"},
                                      {"No hay nada", "miss"},
                                      {"no hay datos", "miss"},
                                      {"vacío", "miss"},
                                      {"nulo", "miss"},
                                      {"nada", "miss"},
                                      {"Ausente en caché", "miss"},
                                      {"Falta en la caché", "miss"},
                                      {"fallo de caché", "miss"},
                                      {"entrada caducada", "miss"},
                                      {"la caché está vacía", "miss"},
                                      {"ninguna fila", "miss"},
                                      {"la clave ya no existe", "miss"},
                                      {"no está en la base", "miss"},
                                      {"valor o nulo", "value or miss"},
                                      {"listo", "value or miss"},
                                      {"valor obsoleto", "unclear"},
                                      {"dato desactualizado", "unclear"},
                                      {"Error de conexión", "error or timeout"},
                                      {"fallo al leer", "error or timeout"},
                                      {"no se pudo leer", "error or timeout"},
                                      {"servicio caído", "error or timeout"},
                                      {"tiempo de espera agotado", "timeout"},
                                      {"sin respuesta", "timeout"},
                                      {"la caché no responde", "timeout"},
                                      {"fallo", ""},
                                      {"tarifa", ""}});
}

TEST(LanguagesSpanish, a_set_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kSet, {{"hecho", "ok"},
                                      {"OK, guardado", "ok"},
                                      {"fila actualizada", "ok"},
                                      {"éxito", "ok"},
                                      {"insertado", "ok"},
                                      {"2 filas afectadas", "ok"},
                                      {"no guardado", "error or timeout"},
                                      {"error al guardar", "error or timeout"},
                                      {"rechazado", "error or timeout"}});
}

TEST(LanguagesSpanish, a_delete_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kDelete,
                         {{"eliminado", "ok"}, {"borrada", "ok"}, {"no encontrado", "ok"}, {"invalidada", "ok"}});
}

TEST(LanguagesSpanish, a_name_says_its_role) {
  kLabels.expect_roles({{"Usuario", "outside"},
                        {"Cliente", "outside"},
                        {"Navegador", "outside"},
                        {"Administradora", "outside"},
                        {"Servidor web", "app"},
                        {"Servicio de pedidos", "app"},
                        {"Aplicación", "app"},
                        {"Controlador", "app"},
                        {"API de pedidos", "app"},
                        {"Caché", "cache"},
                        {"Memoria caché", "cache"},
                        {"Caché local", "cache"},
                        {"Servidor de caché", "cache"},
                        {"Base de datos", "database"},
                        {"BD", "database"},
                        {"Base local (EF Core)", "database"},
                        {"Almacén de datos", "database"},
                        {"Réplica de lectura", "replica"},
                        {"BD secundaria", "replica"},
                        {"Cola de mensajes", "queue"},
                        {"Bus de eventos", "queue"},
                        {"Consumidor", "worker"},
                        {"Obrero", "worker"},
                        {"Pasarela de pagos", "third-party"},
                        {"Servicio de notificaciones", "third-party"},
                        {"Correo", "third-party"},
                        {"Almacén", ""},
                        {"Red nacional", ""}});
}

TEST(LanguagesSpanish, a_heading_says_reading_or_writing) {
  kLabels.expect_headings({{"Lectura", "read"},
                           {"Leer la tarifa", "read"},
                           {"Flujo de lectura", "read"},
                           {"Consulta de la ficha", "read"},
                           {"Caso: obtener precio", "read"},
                           {"Ver producto", "read"},
                           {"Escritura", "write"},
                           {"Camino de escritura", "write"},
                           {"Actualización de producto", "write"},
                           {"Borrado de producto", "write"},
                           {"Alta de usuario", "write"},
                           {"Cambiar la tarifa", "write"},
                           {"Tarifas", ""},
                           {"Lectura y escritura", ""}});
}

TEST(LanguagesSpanish, what_is_not_modelled_is_refused_by_name) {
  kLabels.expect_not_modelled({{"iniciar transacción", "begin a transaction"},
                               {"confirmar transacción", "commit a transaction"},
                               {"deshacer los cambios", "roll back a transaction"},
                               {"revertir", "roll back a transaction"},
                               {"adquirir bloqueo", "take a lock"},
                               {"liberar el bloqueo", "take a lock"},
                               {"publicar evento", "publish an event"},
                               {"enviar evento", "publish an event"},
                               {"encolar mensaje", "hand something to a queue"},
                               {"enviar a la cola", "hand something to a queue"},
                               {"leer de la réplica", "read from a replica"},
                               {"reintentar", "try again"},
                               {"guardar si la versión coincide", "compare and set by version"},
                               {"refrescar en segundo plano", "work that runs by itself"},
                               {"guardar en una transacción", "work in a transaction"},
                               {"guardar si existe", "change something only if a condition holds"},
                               {"marcar como obsoleto", "leave a marker"}});
}

TEST(LanguagesSpanish, what_may_not_happen_now_is_asked_about) {
  kLabels.expect_doubts({"a veces borra la caché", "quizá borrar", "borrar la clave más tarde",
                         "borrar de forma asíncrona", "borrar cada noche"});
}

TEST(LanguagesSpanish, two_steps_in_one_label_are_asked_about) {
  kLabels.expect_two_steps("escribe en la BD y borra la caché");
  kLabels.expect_two_steps("borra la caché, luego actualiza");
}

TEST(LanguagesSpanish, a_time_to_live_is_read) {
  kLabels.expect_lives("guardar por 10 minutos", 600);
  kLabels.expect_lives("guardar, expira en 30 segundos", 30);
  kLabels.expect_lives("cachear (TTL 5 minutos)", 300);
  kLabels.expect_lives("guardar durante 2 horas", 7200);
}

TEST(LanguagesSpanish, a_word_is_read_as_nothing_else_than_it_means) {
  kLabels.expect_english({{"red nacional", "red nacional"},
                          {"Base local", "database"},
                          {"fila del libro", "row of libro"},
                          {"pedido nº 5", "pedido # 5"},
                          {"DEL libro:7", "DEL libro:7"},
                          {"lista:valor", "list:value"},
                          {"¿Está en caché?", "is in cache?"}});
}

TEST(LanguagesSpanish, a_page_with_a_read_and_a_write) {
  EXPECT_EQ(told_of_page(R"(# Catálogo de libros con caché

## Consulta de la ficha de un libro

```mermaid
sequenceDiagram
    actor Lector
    participant Web as Servidor web
    participant R as Caché Redis
    participant M as Base de datos MySQL

    Lector->>Web: Abrir la ficha del libro 12
    Web->>R: ¿Existe la ficha "libro:12"?
    alt Acierto
        R-->>Web: Ficha del libro
        Web-->>Lector: Mostrar ficha
    else No se encuentra en la caché
        R-->>Web: No encontrada
        Web->>M: Recuperar el libro 12
        M-->>Web: Datos del libro
        Web->>R: Almacenar ficha "libro:12" con caducidad de 10 minutos
        R-->>Web: Guardada
        Web-->>Lector: Mostrar ficha
    end
```

## Modificación de la ficha

```mermaid
sequenceDiagram
    actor Bibliotecaria
    participant Web as Servidor web
    participant M as Base de datos MySQL
    participant R as Caché Redis
    participant N as Servicio de notificaciones

    Bibliotecaria->>Web: Cambiar el título
    Web->>M: Actualizar la fila del libro 12
    M-->>Web: Fila actualizada
    Web->>R: Eliminar "libro:12" de la caché
    R-->>Web: Eliminada
    Web-)N: Enviar aviso de cambio
    Web-->>Bibliotecaria: Cambios guardados
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack");
}

TEST(LanguagesSpanish, a_diagram_parted_by_notes) {
  EXPECT_EQ(told_of_page(R"(# ~
```mermaid
sequenceDiagram
    participant Cliente
    participant Servicio
    participant Caché
    participant BD
    Note over Cliente,BD: Lectura
    Cliente->>Servicio: Pedir el precio
    Servicio->>Caché: obtenerPrecio(id)
    alt no está en la caché
        Servicio->>BD: Leer el precio
        BD-->>Servicio: precio
        Servicio->>Caché: Guardar el precio
    end
    Servicio-->>Cliente: precio
    Note over Cliente,BD: Escritura
    Cliente->>Servicio: Cambiar el precio
    Servicio->>BD: Actualizar el precio
    BD-->>Servicio: hecho
    Servicio->>Caché: DEL precio:1
    Servicio-->>Cliente: listo
```
)"),
            "Read: get cache#2; alt{miss: get database#3; set cache#5}; ack\n"
            "Write: set database#2; delete cache#4; ack");
}

}  // namespace
}  // namespace stalemate::model
