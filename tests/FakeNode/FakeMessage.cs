using System.Globalization;
using System.Text;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace SealerRecover.Tests;

/// <summary>A message on a <see cref="FakeChain"/>.</summary>
/// <param name="Epoch">Of the tipset that has it.</param>
/// <param name="To">Receiver.</param>
/// <param name="Method">Number of the method.</param>
/// <param name="Params">CBOR.</param>
public sealed record FakeMessage(long Epoch, Address To, int Method, byte[] Params)
{
    /// <summary>Number of the sector it is about.</summary>
    public ulong Sector { get; init; }

    /// <summary>Zero if it succeeded.</summary>
    public int ExitCode { get; init; }

    /// <summary>What it pays; the same message with another fee has another CID.</summary>
    public int Fee { get; init; } = 2;

    /// <summary>Whether it pre-commits a sector.</summary>
    public bool PreCommits => Method is 6 or 25 or 28;

    /// <summary>Whether it proves a sector and may name pieces.</summary>
    public bool Proves => Method is 34;

    /// <summary>Whether it updates a sector.</summary>
    public bool Updates => Method is 27 or 29 or 35;

    /// <summary>The message as it was sent first, with a fee too low: it never ran, this one replaced it.</summary>
    public FakeMessage SentFirst => this with { Fee = 1 };

    /// <summary>Its CID, which follows from the rest.</summary>
    public Cid Cid => Cid.Create(0x71, 0xb220, Blake2b.Hash256(
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Epoch}/{To}/{Method}/{Fee}/")), .. Params]).Span);

    /// <summary>The messages that pre-committed, proved and updated a miner's sectors, and further ones, oldest first.</summary>
    public static IReadOnlyList<FakeMessage> OfMiner(FakeMiner miner)
    {
        ArgumentNullException.ThrowIfNull(miner);
        return [.. miner.Sectors.Values.SelectMany(sector => Of(miner, sector)).Concat(miner.FurtherMessages).OrderBy(message => message.Epoch)];
    }

    /// <summary>Those about one sector; <see cref="OfMiner"/> makes those of all.</summary>
    public static IReadOnlyList<FakeMessage> OfSector(FakeMiner miner, ulong number)
    {
        ArgumentNullException.ThrowIfNull(miner);
        IEnumerable<FakeMessage> done = miner.Sectors.TryGetValue(number, out FakeSector? sector) ? Of(miner, sector) : [];
        return [.. done.Concat(miner.FurtherMessages.Where(message => message.Sector == number)).OrderBy(message => message.Epoch)];
    }

    private static IEnumerable<FakeMessage> Of(FakeMiner miner, FakeSector sector) =>
        Sent(miner, sector).Select(message => message with { Sector = sector.Number });

    private static IEnumerable<FakeMessage> Sent(FakeMiner miner, FakeSector sector)
    {
        Address to = sector.ProvedTo ?? Address.FromActorId(new ActorId(miner.Id));
        if (sector is { PreCommitEpoch: { } preCommit, PreCommitMethod: 6 or 25 or 28 })
        {
            yield return new FakeMessage(preCommit, to, sector.PreCommitMethod, FakeParams.PreCommit(sector.PreCommitMethod, sector));
        }

        if (sector is { Activation: { } proven, SealProof: >= 15 })
        {
            yield return new FakeMessage(proven, to, 36, sector.ProveCommitNiParams(miner.Id));
        }

        if (sector is { Activation: { } activation, ProvedWithPieces: true })
        {
            yield return new FakeMessage(activation, to, 34, FakeParams.ProveCommitSectors3(sector.Number, sector.Pieces));
        }

        if (sector.Update is { } update)
        {
            byte[] parameters = update.Method == 35
                ? FakeParams.ProveReplicaUpdates3(sector.Number, sector.SealedCid, update.Pieces)
                : FakeParams.ProveReplicaUpdates(sector.Number, sector.SealedCid, update.Method == 29 ? update.UnsealedCid : null, update.DealIds);
            yield return new FakeMessage(update.Epoch, to, update.Method, parameters);
        }
    }
}
