using System.Globalization;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>What the network draws the challenges of a sector's window PoSt from.</summary>
/// <param name="Randomness">As the proofs take it: the two top bits of the last byte cleared.</param>
/// <param name="Epoch">Epoch it was drawn for.</param>
/// <param name="Deadline">Deadline of the sector, 0 to 47.</param>
/// <param name="Partition">Partition in the deadline.</param>
public sealed record WindowPostSeed(Bytes32 Randomness, long Epoch, int Deadline, ulong Partition);

/// <summary>What was found out about it, or why nothing was.</summary>
/// <param name="Seed">The randomness; null on failure.</param>
/// <param name="Reason">Half a sentence; null on success.</param>
public sealed record WindowPostSeedResult(WindowPostSeed? Seed, string? Reason);

/// <summary>
/// Finds the randomness of a sector's deadline as its prover does (lotus storage/wdpost/wdpost_run.go, runPoStCycle): the beacon's, for the
/// deadline's challenge epoch and the miner's ID address. The deadline is the next one where its challenge is drawn already, else the last.
/// </summary>
/// <param name="node">The node to ask.</param>
/// <param name="head">The head of its chain.</param>
/// <param name="windowPost">Number of the miner's registered window PoSt; null if unknown.</param>
internal sealed class ChallengeLookup(FullNode node, TipSet head, long? windowPost)
{
    /// <summary>Registered proofs below count challenges over all sectors of a partition, those from it on over each sector (FIP-0061).</summary>
    private const long FirstPerSector = 10;

    /// <summary>Asks for one sector.</summary>
    internal async Task<WindowPostSeedResult> FindAsync(SectorId sector, CancellationToken cancellation)
    {
        if (windowPost is < FirstPerSector)
        {
            return new WindowPostSeedResult(null, $"its miner's window PoSt {windowPost} counts challenges over a partition's sectors, as no network does any more");
        }

        try
        {
            SectorLocation location = await node.StateSectorPartitionAsync(sector, cancellation).ConfigureAwait(false);
            ProvingDeadline period = await node.StateMinerProvingDeadlineAsync(sector.Miner, cancellation).ConfigureAwait(false);
            if (location.Deadline >= ChainPolicy.Deadlines || LastChallenge(period, (int)location.Deadline) is not { } epoch)
            {
                return new WindowPostSeedResult(null, "the node tells a deadline or proving period that makes no sense");
            }

            byte[] drawn = await node.StateGetRandomnessFromBeaconAsync(
                FullNode.WindowPostChallengeSeed, epoch, Address.FromActorId(sector.Miner).ToCbor(), head.Key, cancellation).ConfigureAwait(false);
            return drawn.Length == Bytes32.Length
                ? new WindowPostSeedResult(
                    new WindowPostSeed(new Bytes32(drawn).ClearTopTwoBits(), epoch, (int)location.Deadline, location.Partition), null)
                : new WindowPostSeedResult(null, string.Create(CultureInfo.InvariantCulture, $"the node drew {drawn.Length} bytes of randomness where it must be 32"));
        }
        catch (OperatorException error)
        {
            return new WindowPostSeedResult(null, $"the node did not tell what its deadline's challenges are drawn from ({error.Message.TrimEnd('.')})");
        }
    }

    /// <summary>Epoch of the newest challenge of a deadline that is drawn already; null if the period makes no sense.</summary>
    private long? LastChallenge(ProvingDeadline period, int index)
    {
        if (period.WPoStChallengeLookback is < 0 or > 1 << 20 || StatusLookup.NextOpening(period, index) is not { } opens)
        {
            return null;
        }

        long challenge = opens - period.WPoStChallengeLookback;
        return challenge <= head.Height ? challenge : challenge - period.WPoStProvingPeriod;
    }
}
