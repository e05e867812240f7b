acceptances-accepted = Принято. Спасибо!
acceptances-thanks = Спасибо за оценку!
acceptances-ask-wrong = <b>Что не так по { $number }?</b>
    Напишите одним сообщением: какая работа и что именно. Диспетчер сразу увидит.
acceptances-rework = Отправляем исправить
