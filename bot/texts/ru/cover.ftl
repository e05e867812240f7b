menu-cover = Покрытие
menu-cover-about = где некого позвать
cover-title = Кого можно позвать на объект
cover-whole = { $sites ->
    [one] { $sites } объект
    [few] { $sites } объекта
   *[many] { $sites } объектов
}, { $contractors ->
    [one] { $contractors } подрядчик
    [few] { $contractors } подрядчика
   *[many] { $contractors } подрядчиков
}
cover-rules = Считаются те, кто работает, не заблокирован и чья компетенция подтверждена, — если объект в их радиусе или регионе.
cover-empty = Считать пока нечего: загрузите справочники — пришлите книгу документом или выполните <code>python -m core import</code>.
cover-level = { $level ->
    [nobody] никого
    [one] один
    [few] мало
   *[enough] { $enough } и больше
}
cover-count = { $square } { $level } — { $sites ->
    [one] { $sites } объект
    [few] { $sites } объекта
   *[many] { $sites } объектов
}
cover-choose-skill = Число — сколько таких объектов. Откройте компетенцию, чтобы увидеть регионы.
cover-choose-region = Откройте регион, чтобы увидеть объекты.
cover-choose-site = Сначала объекты, где звать некого.
cover-fine = Хватает на всех объектах: { $regions ->
    [one] { $regions } регион
    [few] { $regions } региона
   *[many] { $regions } регионов
}.
cover-skill-head = Регионы с нехваткой: худшие { $shown } из { $regions }
cover-table = Где некого позвать чаще всего
cover-table-hint = Сколько объектов без подрядчика; серым — сколько объектов всего
