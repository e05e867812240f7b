history-offer-withdraw = withdrawn: this contractor may not be asked any more
