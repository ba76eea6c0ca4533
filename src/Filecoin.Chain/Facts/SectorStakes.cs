using System.Globalization;
using System.Numerics;
using Filecoin.Chain.Rules;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Facts;

/// <summary>What hangs on a sector, as the newest state has it. What the node does not tell is null.</summary>
public sealed record SectorStakes
{
    /// <summary>Quality-adjusted power, bytes.</summary>
    public BigInteger? QaPower { get; init; }

    /// <summary>Pledge that is locked for it.</summary>
    public Fil? InitialPledge { get; init; }

    /// <summary>Its fee for each day before the cap; zero for sectors that have none.</summary>
    public Fil? DailyFee { get; init; }

    /// <summary>Epoch of its activation.</summary>
    public long? Activation { get; init; }

    /// <summary>Pre-committed only: the deposit.</summary>
    public Fil? Deposit { get; init; }

    /// <summary>Of a proven sector.</summary>
    internal static SectorStakes Of(SectorOnChainInfo info, SectorSize size)
    {
        // Old nodes do not tell PowerBaseEpoch; without an update or extension it is the activation, and a sector without verified data has
        // the power of its size whatever it is.
        long duration = info.Expiration - (info.PowerBaseEpoch ?? info.Activation);
        bool told = BigInteger.TryParse(info.VerifiedDealWeight, NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger verified);
        return new SectorStakes
        {
            QaPower = info.HasFullQaPower ? NetworkEconomics.FullQaPower(size.Bytes)
                : told && duration > 0 && (verified.IsZero || info.PowerBaseEpoch is not null)
                    && verified <= (BigInteger)size.Bytes * duration
                ? NetworkEconomics.QaPower(size.Bytes, duration, verified)
                : null,
            InitialPledge = Amount(info.InitialPledge),
            DailyFee = Amount(info.DailyFee),
            Activation = info.Activation,
        };
    }

    /// <summary>Of a pre-committed one.</summary>
    internal static SectorStakes Of(SectorPreCommitOnChainInfo preCommit) => new() { Deposit = Amount(preCommit.PreCommitDeposit) };

    private static Fil? Amount(BigInteger? atto) => atto is { Sign: >= 0 } amount ? new Fil(amount) : null;
}
