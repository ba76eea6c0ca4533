using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>A ticket that no sector should have, and the mistake that makes it.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="OtherRound">Epoch of the tipset on the wrong side of a null round that it was drawn from; null if from the right one.</param>
/// <param name="OtherAddress">The miner's address that was drawn with instead of its number; null if with that.</param>
public sealed record MistakenTicket(Ticket Ticket, long? OtherRound, Address? OtherAddress);

/// <summary>The ticket of one epoch for one miner, and what known mistakes make of it.</summary>
/// <param name="Epoch">The epoch drawn for.</param>
/// <param name="IsNullRound">Whether it has no blocks; only then do the null-round rules before and after network version 13 differ.</param>
/// <param name="Right">The ticket.</param>
/// <param name="Mistaken">Those made by mistake.</param>
public sealed record TicketForms(long Epoch, bool IsNullRound, Ticket Right, IReadOnlyList<MistakenTicket> Mistaken)
{
    /// <summary>The mistake that makes <paramref name="ticket"/>; null if none of those tried does.</summary>
    public MistakenTicket? MistakeOf(Ticket ticket) => Mistaken.FirstOrDefault(mistaken => mistaken.Ticket == ticket);

    /// <summary>Whether another address of the miner than its number was tried.</summary>
    public bool OtherAddressesTried => Mistaken.Any(mistaken => mistaken.OtherAddress is not null);
}
