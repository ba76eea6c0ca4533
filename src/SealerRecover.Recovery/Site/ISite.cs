using Filecoin.Primitives;

namespace SealerRecover.Recovery.Site;

/// <summary>What can be watched. From any thread; an answer may be a second or two old.</summary>
public interface ISite
{
    /// <summary>How it stands.</summary>
    /// <exception cref="OperatorException">It cannot be read now.</exception>
    SiteState Read();

    /// <summary>One sector in full; null where there is none of that name.</summary>
    /// <exception cref="OperatorException">It cannot be read now.</exception>
    SiteSectorDetail? Sector(SectorId sector);

    /// <summary>What a person can do to it; null where it is only watched.</summary>
    ISiteActions? Actions { get; }
}

/// <summary>What a person can do to a fleet. Each tells how many sectors or machines it changed.</summary>
public interface ISiteActions
{
    /// <summary>Has nobody take sectors for now, or take them again; none named for all.</summary>
    /// <exception cref="OperatorException">It was not done.</exception>
    int Pause(IReadOnlyList<SectorId> sectors, bool paused);

    /// <summary>Puts sectors on the list again that failed or were taken off; none named for all that failed.</summary>
    /// <exception cref="OperatorException">It was not done.</exception>
    int Retry(IReadOnlyList<SectorId> sectors);

    /// <summary>Takes the named sectors off the list.</summary>
    /// <exception cref="OperatorException">It was not done.</exception>
    int Cancel(IReadOnlyList<SectorId> sectors);

    /// <summary>Has sectors of a higher priority go first.</summary>
    /// <exception cref="OperatorException">It was not done.</exception>
    int Prefer(IReadOnlyList<SectorId> sectors, int priority);

    /// <summary>Has a machine finish what it has and take nothing new; null for all.</summary>
    /// <exception cref="OperatorException">It was not done.</exception>
    int Drain(string? machine);
}
