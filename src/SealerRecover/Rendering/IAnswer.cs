namespace SealerRecover.Rendering;

/// <summary>What a command was asked for: the same in words and in JSON.</summary>
internal interface IAnswer
{
    /// <summary>In words.</summary>
    IEnumerable<TextBlock> Blocks();

    /// <summary>As one line of JSON, whose time the view sets.</summary>
    JsonLine Json { get; }
}
