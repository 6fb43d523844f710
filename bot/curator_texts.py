"""What curators are told beside queue and digest: short acts, cards, histories, the board."""
