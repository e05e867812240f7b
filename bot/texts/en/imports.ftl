imports-ask-file = Send the workbook with the directories as an .xlsx file (up to 20 MB). First you will see what would change, and only then is it loaded.
imports-preview = What this workbook would change
imports-sheet = { $sheet }: { $added } added, { $changed } changed, { $same } the same, { $wrong } wrong
imports-ignored = Passed over, unknown columns: { $names }
imports-all-same = All of this is loaded already: the workbook would change nothing.
imports-apply = Load
imports-applied = Done, the directories are loaded
imports-not-applied = { $wrong ->
    [one] Nothing was loaded: the workbook now has { $wrong } fault. Send the file again to see it.
   *[other] Nothing was loaded: the workbook now has { $wrong } faults. Send the file again to see them.
}
imports-cancelled = All right, nothing is loaded.
imports-wrong = { $wrong ->
    [one] ❗ { $wrong } fault. Until it is mended nothing will be loaded:
   *[other] ❗ { $wrong } faults. Until they are mended nothing will be loaded:
}
imports-fault = • { $sheet }, row { $row }, “{ $column }”: { $reason }
imports-more-wrong = …and { $count } more. Mend the workbook and send it again.
imports-reason-missing-sheet = the workbook has no such sheet
imports-reason-missing-column = there is no such column
imports-reason-column-twice = the column stands twice
imports-reason-sheet-twice = the sheet stands twice: { $detail }
imports-reason-unreadable = the file was not read: { $detail }
imports-reason-empty = empty, but a value is needed
imports-reason-too-long = too long: no more than { $detail } characters
imports-reason-not-a-number = “{ $detail }” is no number
imports-reason-not-whole = “{ $detail }” is no whole number
imports-reason-too-exact = “{ $detail }” has too many decimal places
imports-reason-out-of-bounds = “{ $detail }” is out of bounds
imports-reason-not-a-date = “{ $detail }” is no date (write 31.12.2026)
imports-reason-not-a-time = “{ $detail }” is no date with time (write 31.12.2026 09:30)
imports-reason-not-yes-no = “{ $detail }”: a yes or a no is needed
imports-reason-not-of-list = not one of the list: { $detail }
imports-reason-not-inn = INN “{ $detail }” is wrong
imports-reason-not-kpp = KPP “{ $detail }” is wrong
imports-reason-not-ogrn = OGRN “{ $detail }” is wrong
imports-reason-not-ogrnip = OGRNIP “{ $detail }” is wrong
imports-reason-not-bic = BIC “{ $detail }” is wrong
imports-reason-not-account = account “{ $detail }” is wrong or does not fit the BIC
imports-reason-not-corr-account = correspondent account “{ $detail }” is wrong or does not fit the BIC
imports-reason-not-phone = “{ $detail }” is no phone number
imports-reason-not-email = “{ $detail }” is no e-mail address
imports-reason-not-zone = “{ $detail }” is no time zone (write UTC+3)
imports-reason-not-hours = “{ $detail }” are no opening hours (write 10:00-20:00)
imports-reason-wrong-form = “{ $detail }” does not fit the form or the length of the INN
imports-reason-ends-before-start = “{ $detail }” is earlier than it can be
imports-reason-number-taken = another ticket already bears the number “{ $detail }”
imports-reason-needed-by-status = empty, but the status “{ $detail }” needs a value
imports-reason-odd-for-status = must be empty at the status “{ $detail }”
imports-reason-duplicate = “{ $detail }” stands in other rows too
imports-reason-unknown-reference = “{ $detail }” is neither in the file nor in the database
imports-reason-other-client = the legal entity with INN { $detail } belongs to another client
imports-reason-no-contract = the legal entity with INN { $detail } has no contract on the day of registration
