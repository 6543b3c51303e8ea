// Russian labels, names, headings and pages.
#include <gtest/gtest.h>

#include "model/understand/languages_support.hpp"

namespace stalemate::model {
namespace {

const Labels kLabels(kRussian);

TEST(LanguagesRussian, labels_ask_for_what_they_say) {
  kLabels.expect_verbs({{"увеличить счётчик", "increase"}});
  kLabels.expect_verbs({{"читать из кэша", "get"},
                        {"Чтение из кеша", "get"},
                        {"Запрос в кэш", "get"},
                        {"Запросить значение", "get"},
                        {"Проверить кэш", "get"},
                        {"проверка наличия в кэше", "get"},
                        {"Получить товар по id", "get"},
                        {"Найти запись", "get"},
                        {"загрузить из базы", "get"},
                        {"запрос данных", "get"},
                        {"ищем в кэше", "get"},
                        {"Достать из Redis", "get"},
                        {"Сохранить в кэш", "set"},
                        {"записать значение", "set"},
                        {"положить в кэш", "set"},
                        {"кэшировать результат", "set"},
                        {"закэшировать ответ", "set"},
                        {"Обновить запись", "set"},
                        {"обновление кэша", "set"},
                        {"Вставить строку", "set"},
                        {"Изменить цену", "set"},
                        {"добавить в кэш", "set"},
                        {"Создать заказ", "set"},
                        {"Запись в БД", "set"},
                        {"записать, если не существует", "add"},
                        {"положить, если ключа нет", "add"},
                        {"Удалить ключ", "delete"},
                        {"удалить из кэша", "delete"},
                        {"Удаление записи", "delete"},
                        {"Инвалидация кэша", "delete"},
                        {"сбросить кэш", "delete"},
                        {"очистить кэш", "delete"},
                        {"удаляем ключ", "delete"},
                        {"инвалидировать ключ", "delete"},
                        {"не удалять", ""},
                        {"без удаления", ""},
                        {"никогда не удалять", ""},
                        {"свободные дни", ""}});
}

TEST(LanguagesRussian, what_is_forgotten_is_deleted_and_what_is_remembered_is_set) {
  kLabels.expect_verbs({{"забыть цену", "delete"}, {"запомнить цену", "set"}, {"забытый пароль", ""}});
}

TEST(LanguagesRussian, a_get_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kGet, {{"есть в кэше", "value"},
                                      {"Найдено", "value"},
                                      {"Попадание в кэш", "value"},
                                      {"данные", "value"},
                                      {"значение", "value"},
                                      {"строка", "value"},
                                      {"запись найдена", "value"},
                                      {"данные найдены в кэше", "value"},
                                      {"есть", "value"},
                                      {"не пусто", "value"},
                                      {"нет в кэше", "miss"},
                                      {"в кэше нет", "miss"},
                                      {"Данных нет", "miss"},
                                      {"не найдено", "miss"},
                                      {"Ничего не найдено", "miss"},
                                      {"Значение не найдено в кэше", "miss"},
                                      {"отсутствует", "miss"},
                                      {"Отсутствует в кэше", "miss"},
                                      {"промах", "miss"},
                                      {"Промах кэша", "miss"},
                                      {"промах в кэше", "miss"},
                                      {"пусто", "miss"},
                                      {"запись не найдена", "miss"},
                                      {"записи нет", "miss"},
                                      {"истекло", "miss"},
                                      {"ключа нет", "miss"},
                                      {"ключ не существует", "miss"},
                                      {"нет данных", "miss"},
                                      {"кэш пуст", "miss"},
                                      {"в кэше ничего нет", "miss"},
                                      {"значение или пусто", "value or miss"},
                                      {"готово", "value or miss"},
                                      {"значение устарело", "unclear"},
                                      {"устаревшие данные", "unclear"},
                                      {"ошибка", "error or timeout"},
                                      {"сбой", "error or timeout"},
                                      {"ошибка записи", "error or timeout"},
                                      {"Кэш недоступен", "error or timeout"},
                                      {"таймаут", "timeout"},
                                      {"не отвечает", "timeout"},
                                      {"нет ответа", "timeout"},
                                      {"запись", ""},
                                      {"свободные дни", ""}});
}

TEST(LanguagesRussian, a_set_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kSet, {{"сохранено", "ok"},
                                      {"обновлено", "ok"},
                                      {"готово", "ok"},
                                      {"успешно", "ok"},
                                      {"ОК", "ok"},
                                      {"1 строка обновлена", "ok"},
                                      {"не сохранено", "error or timeout"},
                                      {"не удалось сохранить", "error or timeout"},
                                      {"ошибка при сохранении", "error or timeout"},
                                      {"отказано", "error or timeout"}});
}

TEST(LanguagesRussian, a_delete_turns_out_as_its_reply_says) {
  kLabels.expect_replies(Verb::kDelete,
                         {{"удалено", "ok"}, {"удалён", "ok"}, {"не найдено", "ok"}, {"ключ удален", "ok"}});
}

TEST(LanguagesRussian, a_name_says_its_role) {
  kLabels.expect_roles({{"Пользователь", "outside"},
                        {"Клиент", "outside"},
                        {"Браузер", "outside"},
                        {"Покупатель", "outside"},
                        {"Приложение", "app"},
                        {"Сервис заказов", "app"},
                        {"Бэкенд", "app"},
                        {"Обработчик", "app"},
                        {"Кэш", "cache"},
                        {"Кеш (Redis)", "cache"},
                        {"Локальный кэш", "cache"},
                        {"База данных", "database"},
                        {"БД", "database"},
                        {"БД (PostgreSQL)", "database"},
                        {"Хранилище", "database"},
                        {"Реплика", "replica"},
                        {"Реплика для чтения", "replica"},
                        {"Очередь", "queue"},
                        {"Брокер", "queue"},
                        {"таблица outbox", "queue"},
                        {"Воркер", "worker"},
                        {"Подписчик", "worker"},
                        {"Почта", "third-party"},
                        {"Сервис уведомлений", "third-party"},
                        {"Письма", "third-party"},
                        {"Карточка", ""}});
}

TEST(LanguagesRussian, a_heading_says_reading_or_writing) {
  kLabels.expect_headings({{"Чтение", "read"},
                           {"Сценарий чтения", "read"},
                           {"Получение профиля", "read"},
                           {"Просмотр карточки", "read"},
                           {"Чтение записи", "read"},
                           {"Запись", "write"},
                           {"Путь записи", "write"},
                           {"Обновление цены", "write"},
                           {"Удаление товара", "write"},
                           {"Изменение расписания", "write"},
                           {"Карточка", ""},
                           {"Чтение и запись", ""}});
}

TEST(LanguagesRussian, what_is_not_modelled_is_refused_by_name) {
  kLabels.expect_not_modelled({{"начать транзакцию", "begin a transaction"},
                               {"зафиксировать транзакцию", "commit a transaction"},
                               {"откат", "roll back a transaction"},
                               {"взять блокировку", "take a lock"},
                               {"снять блокировку", "take a lock"},
                               {"под блокировкой", "take a lock"},
                               {"опубликовать событие", "publish an event"},
                               {"отправить событие", "publish an event"},
                               {"отправить в очередь", "hand something to a queue"},
                               {"прочитать с реплики", "read from a replica"},
                               {"повторить попытку", "try again"},
                               {"записать, если версия совпадает", "compare and set by version"},
                               {"обновить в фоне", "work that runs by itself"},
                               {"записать в транзакции", "work in a transaction"},
                               {"пометить устаревшим", "leave a marker"}});
}

TEST(LanguagesRussian, what_may_not_happen_now_is_asked_about) {
  kLabels.expect_doubts(
      {"иногда удалить ключ", "возможно, удалить", "удалить позже", "удалить асинхронно", "удалить каждую ночь"});
}

TEST(LanguagesRussian, two_steps_in_one_label_are_asked_about) {
  kLabels.expect_two_steps("записать в БД и удалить из кэша");
}

TEST(LanguagesRussian, a_time_to_live_is_read) {
  kLabels.expect_lives("Сохранить в кэш на 5 минут", 300);
  kLabels.expect_lives("записать значение (TTL 60 сек)", 60);
  kLabels.expect_lives("положить в кэш на 60 с", 60);
  kLabels.expect_lives("положить на 60сек", 60);
  kLabels.expect_lives("сохранить на час", 3600);
}

TEST(LanguagesRussian, a_word_is_read_as_nothing_else_than_it_means) {
  kLabels.expect_english({{"запись не найдена", "row not found"},
                          {"Запись", "write"},
                          {"заказ № 5", "заказ # 5"},
                          {"60сек", "60 s"},
                          {"с реплики", "from replica"},
                          {"ничего не найдено", "nothing"}});
}

TEST(LanguagesRussian, a_page_with_a_read_and_a_write) {
  EXPECT_EQ(told_of_page(R"(# Расписание бассейна

## Получение расписания

```mermaid
sequenceDiagram
    actor Посетитель
    participant Сервис as Сервис расписания
    participant Кэш as Кэш (Redis)
    participant БД as База данных

    Посетитель->>Сервис: Показать расписание на сегодня
    Сервис->>Кэш: Запросить расписание schedule:today
    alt Данные есть в кэше
        Кэш-->>Сервис: Расписание
        Сервис-->>Посетитель: Расписание
    else Данных в кэше нет
        Кэш-->>Сервис: Пусто
        Сервис->>БД: Получить расписание из базы
        БД-->>Сервис: Строки расписания
        Сервис->>Кэш: Сохранить schedule:today на 15 минут
        Сервис-->>Посетитель: Расписание
    end
```

## Изменение расписания

```mermaid
sequenceDiagram
    actor Администратор
    participant Сервис as Сервис расписания
    participant БД as База данных
    participant Кэш as Кэш (Redis)

    Администратор->>Сервис: Перенести занятие
    Сервис->>БД: Обновить занятие
    БД-->>Сервис: Обновлено
    Сервис->>Кэш: Удалить schedule:today
    Кэш-->>Сервис: Удалено
    Сервис-->>Администратор: Изменения сохранены
```
)"),
            "Read: get cache#2; alt{value: ack | miss: get database#6; if value; set cache#8; ack}\n"
            "Write: set database#2; delete cache#4; ack");
}

TEST(LanguagesRussian, a_diagram_parted_by_notes) {
  EXPECT_EQ(told_of_page(R"(# ~
```mermaid
sequenceDiagram
    participant Клиент
    participant Сервис
    participant Кэш
    participant БД
    Note over Клиент,БД: Чтение
    Клиент->>Сервис: Узнать цену
    Сервис->>Кэш: Прочитать цену
    alt цены нет в кэше
        Сервис->>БД: Выбрать цену
        БД-->>Сервис: цена
        Сервис->>Кэш: Положить цену
    end
    Сервис-->>Клиент: цена
    Note over Клиент,БД: Запись
    Клиент->>Сервис: Изменить цену
    Сервис->>БД: Записать цену
    БД-->>Сервис: готово
    Сервис->>Кэш: Сбросить ключ
    Сервис-->>Клиент: готово
```
)"),
            "Read: get cache#2; alt{miss: get database#3; set cache#5}; ack\n"
            "Write: set database#2; delete cache#4; ack");
}

}  // namespace
}  // namespace stalemate::model
